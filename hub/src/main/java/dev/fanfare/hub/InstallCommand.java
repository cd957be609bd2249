package dev.fanfare.hub;

/// Stands in the help for what the script `./fanfare` does before this program is started.
final class InstallCommand implements Command {
    @Override
    public void describe(Syntax syntax) {
        syntax.name("install", "Puts the libraries into the local Maven repository, and prints the dependency to add.");
    }

    @Override
    public Exit run(Call call) {
        throw new CommandFault(Exit.USAGE, "install needs the sources: run ./fanfare install in a checkout of Fanfare");
    }
}
