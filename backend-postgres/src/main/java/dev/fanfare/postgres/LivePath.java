package dev.fanfare.postgres;

import org.jspecify.annotations.Nullable;

/// The way by which a node hears what others tell.
///
/// Threads: safe; what is heard is told on a thread of its own.
interface LivePath extends AutoCloseable {
    /// Returns why nothing is heard; null while all is well.
    @Nullable
    String away();

    /// Waits until it is proven that messages arrive; tells whether they did in time.
    boolean awaitProof(long millis) throws InterruptedException;

    @Override
    void close();

    /// Takes what is heard.
    interface Heard {
        void message(String text);

        /// Asks for a message to this node itself.
        void ping();

        void interrupted(String reason);

        void resumed();

        /// Tells whether all else that belongs to being back is there.
        boolean isReady();
    }
}
