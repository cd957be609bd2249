package dev.fanfare;

/// A limit was reached: nothing was done. The message names the limit.
public final class RefusedException extends BroadcastException {
    private static final long serialVersionUID = 1;

    /// Names the limit by its code.
    ///
    /// @param code the stable code of the protocol: `body_too_large`, `app_full`, `overloaded`, `storage_full`,
    ///     `too_many_topics` or `shutting_down`
    public RefusedException(String code, String message) {
        super(code, message);
    }
}
