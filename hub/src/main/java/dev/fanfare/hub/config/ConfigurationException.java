package dev.fanfare.hub.config;

/// The configuration cannot be used. The message is one line that names the key, the value, where it comes from and the
/// rule.
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean onCommandLine;

    ConfigurationException(String message, boolean onCommandLine) {
        super(message);
        this.onCommandLine = onCommandLine;
    }

    public ConfigurationException(String message) {
        this(message, false);
    }

    /// Tells whether the fault is in a flag, and so in how the command was called.
    public boolean isOnCommandLine() {
        return onCommandLine;
    }
}
