package dev.fanfare.hub;

/// The demo's worker, wherever it works.
interface DemoWork extends AutoCloseable {
    /// Tells whether it has done all that it was to do.
    boolean isOver();

    /// Throws what made it stop before that, if anything did.
    void result() throws Exception;

    /// Stops it, and waits until it has tidied up.
    @Override
    void close();
}
