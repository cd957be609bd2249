package dev.fanfare.faults;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How long the rows take: short in `./verify`, long with `./verify --faults`, and from which seed chance is drawn.
final class Scale {
    private static final boolean LONG =
            System.getProperty("fanfare.faults", "short").equals("long");

    private Scale() {}

    static int rounds(int inShort, int inLong) {
        return LONG ? inLong : inShort;
    }

    /// Tells whether there is time for what shows little that the rest does not.
    static boolean isLong() {
        return LONG;
    }

    /// Returns how long chaos lasts; `-Dfanfare.chaos.seconds=` says otherwise.
    static Duration chaos() {
        return Duration.ofSeconds(Long.getLong("fanfare.chaos.seconds", LONG ? 180 : 10));
    }

    /// Returns the seed of `-Dfanfare.seed=`, or one of its own.
    static long seed() {
        return Long.getLong("fanfare.seed", ThreadLocalRandom.current().nextLong(1, 1_000_000));
    }
}
