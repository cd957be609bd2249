package dev.fanfare.faults;

import dev.fanfare.contract.FaultScale;
import java.time.Duration;

/// How long the rows take: short in `./verify`, long with `./verify --faults`, and from which seed chance is drawn.
final class Scale {
    private Scale() {}

    static int rounds(int inShort, int inLong) {
        return FaultScale.rounds(inShort, inLong);
    }

    /// Tells whether there is time for what shows little that the rest does not.
    static boolean isLong() {
        return FaultScale.isLong();
    }

    /// Returns how long chaos lasts; `-Dfanfare.chaos.seconds=` says otherwise.
    static Duration chaos() {
        return Duration.ofSeconds(Long.getLong("fanfare.chaos.seconds", isLong() ? 180 : 10));
    }

    /// Returns the seed of `-Dfanfare.seed=`, or one of its own.
    static long seed() {
        return FaultScale.seed();
    }
}
