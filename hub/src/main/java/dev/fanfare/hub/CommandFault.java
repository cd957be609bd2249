package dev.fanfare.hub;

/// A command cannot do what it was asked to. The message is one line for the person who called it.
final class CommandFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Exit exit;

    CommandFault(Exit exit, String message) {
        super(message);
        this.exit = exit;
    }

    Exit exit() {
        return exit;
    }
}
