package dev.fanfare.faults;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Draws what happens and for how long, from a seed.
///
/// Threads: confined to one.
final class Chance {
    private final Random random;

    Chance(long seed) {
        this.random = new Random(seed);
    }

    Random random() {
        return random;
    }

    <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /// Returns a number of that range, without its end.
    int between(int least, int end) {
        return least + random.nextInt(end - least);
    }

    /// Lets so many milliseconds pass.
    void pause(int least, int end) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(between(least, end)));
    }
}
