package dev.fanfare.postgres;

import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Topics that have moved, each since an offset, and have not been looked at yet.
///
/// Threads: safe.
final class Hints {
    private Map<TopicName, Long> pending = new LinkedHashMap<>(); // guarded by this
    private boolean closed; // guarded by this

    synchronized void add(TopicName topic, long since) {
        pending.merge(topic, since, Math::min);
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /// Waits so long, or until the end.
    synchronized void rest(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0 && !closed; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /// Returns all hints, at least one; none after the end.
    synchronized Map<TopicName, Long> take() throws InterruptedException {
        while (pending.isEmpty() && !closed) {
            wait();
        }
        Map<TopicName, Long> taken = closed ? Map.of() : pending;
        pending = new LinkedHashMap<>();
        return taken;
    }
}
