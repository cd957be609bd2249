package dev.fanfare;

/// A value that Fanfare's rules refuse: nothing was done. The message names the value and the rule.
public final class InvalidValueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String code;

    /// Names the rule by its code.
    ///
    /// @param code the stable code of the protocol, as `bad_topic`
    public InvalidValueException(String code, String message) {
        super(message);
        this.code = code;
    }

    /// Returns the stable code of the protocol, as `bad_topic`.
    public String code() {
        return code;
    }
}
