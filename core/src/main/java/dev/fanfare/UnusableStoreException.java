package dev.fanfare;

/// A store cannot be used as it is: it belongs to another program, lacks a right, is too old. The message says why and
/// what to do; the store has been left as it was.
public final class UnusableStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Says which store and why.
    ///
    /// @param store the store's name, without a password
    public UnusableStoreException(String store, String reason) {
        super("cannot keep topics in " + store + ": " + reason);
    }
}
