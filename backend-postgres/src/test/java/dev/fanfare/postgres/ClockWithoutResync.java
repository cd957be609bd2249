package dev.fanfare.postgres;

import dev.fanfare.spi.Clock;
import java.time.Duration;
import java.time.Instant;

/// Time for an engine that never compares by itself what it knows with the store.
final class ClockWithoutResync implements Clock {
    private static final Duration RESYNC = Duration.ofSeconds(20);

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
        return delay.equals(RESYNC) ? () -> {} : Clock.system().schedule(delay, task);
    }
}
