package dev.fanfare.history;

import java.util.concurrent.CompletionStage;

/// A reader that writes down what it is given, and comes back to its place whenever it is cut off.
///
/// Threads: safe.
public interface Reading extends AutoCloseable {
    /// Completes when it has subscribed for the first time: what is published from then on must reach it.
    CompletionStage<Void> begun();

    /// Has it come back on another connection.
    void reconnect();

    @Override
    void close();
}
