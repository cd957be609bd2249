package dev.fanfare.contract;

import dev.fanfare.spi.Clock;
import java.time.Duration;
import java.time.Instant;

/// Time for an engine that does not compare every 20 seconds by itself what it knows with the store: what a reader gets
/// without a call of [#resync] has been told by the backend.
///
/// Threads: safe. For one engine.
public final class ClockWithoutResync implements Clock {
    private static final Duration RESYNC = Duration.ofSeconds(20);

    private volatile Runnable resync = () -> {};

    @Override
    public Instant now() {
        return Clock.system().now();
    }

    @Override
    public long nanoTime() {
        return Clock.system().nanoTime();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        if (!delay.equals(RESYNC)) {
            return Clock.system().schedule(delay, task);
        }
        resync = task;
        return () -> resync = () -> {};
    }

    /// Has the engine compare now.
    public void resync() {
        resync.run();
    }
}
