package dev.fanfare.sqlite;

import dev.fanfare.Broadcaster;
import dev.fanfare.Topic;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A process that publishes the time to a topic of a file, now and again, until it is killed.
final class ChildTimer {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private ChildTimer() {}

    /// Says nothing.
    ///
    /// @param args file, topic
    public static void main(String[] args) {
        try (Broadcaster broadcaster = Broadcaster.on(SqliteBackend.in(Path.of(args[0])))) {
            Topic topic = broadcaster.app("shop").topic(args[1]);
            while (true) {
                topic.publish("" + System.nanoTime());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
