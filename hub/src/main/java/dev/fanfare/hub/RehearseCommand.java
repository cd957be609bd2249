package dev.fanfare.hub;

/// What `./fanfare` runs once after building, under the eyes of a JVM that writes down what it learns: which classes
/// are needed, and what must be compiled to serve many readers fast from the first second on.
final class RehearseCommand implements Command {
    static final String NAME = "rehearse";

    @Override
    public void describe(Syntax syntax) {
        syntax.name(NAME, "Does a little of everything that a hub does, for the JVM to learn from.")
                .hidden()
                .argument("FOLDER", "What to hash, count and compress.");
    }

    @Override
    public Exit run(Call call) {
        Program program = new Program(call.shell());
        int shown = program.run(
                "demo",
                "--once",
                "--full-speed",
                "--port",
                "0",
                DemoCommand.folder(call).toString());
        int delivered = program.run("bench", "--rate", "8000", "--connections", "50", "--duration", "1");
        return shown == 0 && delivered == 0 ? Exit.OK : Exit.SOFTWARE;
    }
}
