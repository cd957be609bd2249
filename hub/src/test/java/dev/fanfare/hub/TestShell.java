package dev.fanfare.hub;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Runs commands in this process, as a shell would that is not a terminal.
final class TestShell {
    private final Map<String, String> environment = new HashMap<>();
    private final Path folder;
    private String input = "";
    private boolean interactive;
    private Runnable whenPrinted = () -> {};

    TestShell(Path folder) {
        this.folder = folder;
    }

    TestShell with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    TestShell input(String text) {
        input = text;
        return this;
    }

    TestShell interactive() {
        interactive = true;
        return this;
    }

    /// Does something as soon as the command has printed its first line.
    TestShell whenPrinted(Runnable action) {
        whenPrinted = action;
        return this;
    }

    Ran run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] bytes, int offset, int length) {
                super.write(bytes, offset, length);
                Runnable action = whenPrinted;
                whenPrinted = () -> {};
                action.run();
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Program(shell(stream(out), stream(err))).run(args);
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Shell shell(PrintStream out, PrintStream err) {
        var in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return new Shell(out, err, in, Map.copyOf(environment), folder, interactive);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
