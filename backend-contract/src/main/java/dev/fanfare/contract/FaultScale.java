package dev.fanfare.contract;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How much the tests of faults do: little in `./verify`, more with `./verify --faults`; and from which seed chance is
/// drawn.
public final class FaultScale {
    private static final boolean LONG =
            System.getProperty("fanfare.faults", "short").equals("long");

    private FaultScale() {}

    public static int rounds(int inShort, int inLong) {
        return LONG ? inLong : inShort;
    }

    public static boolean isLong() {
        return LONG;
    }

    /// Returns how long a random walk goes on; `-Dfanfare.walk.seconds=` says otherwise.
    static Duration walk() {
        return Duration.ofSeconds(Long.getLong("fanfare.walk.seconds", LONG ? 300 : 0));
    }

    /// Returns the seed of `-Dfanfare.seed=`, or one of its own.
    public static long seed() {
        return Long.getLong("fanfare.seed", ThreadLocalRandom.current().nextLong(1, 1_000_000));
    }
}
