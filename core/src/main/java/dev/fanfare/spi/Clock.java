package dev.fanfare.spi;

import java.time.Duration;
import java.time.Instant;

/// All of time that Fanfare uses, so that a test can hold it.
public interface Clock {
    /// The wall clock.
    Instant now();

    /// A monotonic count of nanoseconds from an arbitrary origin.
    long nanoTime();

    /// Runs the task once after the delay, on a thread of the clock; the task must be short and not block.
    Scheduled schedule(Duration delay, Runnable task);

    /// The system's time; tasks run on one daemon thread for the whole process.
    static Clock system() {
        return SystemClock.INSTANCE;
    }

    /// A task that has been scheduled.
    interface Scheduled {
        /// Keeps the task from running if it has not begun.
        void cancel();
    }
}
