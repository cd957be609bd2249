package dev.fanfare.contract;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Looks again and again, where nothing tells of a change. Only the time limit of the test ends it, by an interrupt.
public final class Polling {
    private static final long PAUSE_NANOS = 10_000_000;

    private Polling() {}

    /// Returns as soon as the condition is found to hold.
    ///
    /// @param what what is waited for, as "room on the disk"
    public static void until(String what, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new AssertionError("the test has taken too long, while waiting for " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
