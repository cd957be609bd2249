package dev.fanfare.hub.demo;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Spreads work over time, so that a demo is something to look at and leaves the machine to others.
///
/// Threads: safe; those who share a pace take turns.
final class Pace {
    /// As fast as the machine goes.
    static final Pace FULL_SPEED = new Pace(Double.POSITIVE_INFINITY, System::nanoTime);

    private final double bytesPerNano;
    private final LongSupplier nanoTime;
    private long freeAt; // guarded by this

    Pace(double bytesPerSecond, LongSupplier nanoTime) {
        this.bytesPerNano = bytesPerSecond / TimeUnit.SECONDS.toNanos(1);
        this.nanoTime = nanoTime;
        this.freeAt = nanoTime.getAsLong();
    }

    /// Waits until so many bytes more may have been worked on.
    void spend(long bytes) throws InterruptedException {
        long wait = reserve(bytes);
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }

    /// Returns for how many nanoseconds whoever works on these bytes has to wait.
    synchronized long reserve(long bytes) {
        long now = nanoTime.getAsLong();
        if (freeAt - now < 0) {
            freeAt = now; // what was not used is not saved up
        }
        freeAt += (long) (bytes / bytesPerNano);
        return freeAt - now;
    }
}
