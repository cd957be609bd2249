package dev.fanfare;

/// The backend is away, or did not answer in time.
public final class BackendUnavailableException extends BroadcastException {
    private static final long serialVersionUID = 1;

    private final String backend;
    private final boolean mayBeStored;

    /// Says what was tried, and what may have come of it.
    ///
    /// @param backend the backend's name, as `redis`
    /// @param doing what was tried, as `publishing to topic "orders/42"`
    /// @param mayBeStored whether the event may have been stored all the same
    public BackendUnavailableException(String backend, String doing, String detail, boolean mayBeStored) {
        super(
                "store_unavailable",
                backend + " is not available while " + doing + ": " + detail
                        + (mayBeStored ? "; it may have been done all the same" : ""));
        this.backend = backend;
        this.mayBeStored = mayBeStored;
    }

    /// Returns the backend's name, for metrics and alerts.
    public String backend() {
        return backend;
    }

    /// Tells whether what was tried may have been done, as an event stored: a retry without an idempotency key can then
    /// store it twice.
    public boolean mayBeStored() {
        return mayBeStored;
    }
}
