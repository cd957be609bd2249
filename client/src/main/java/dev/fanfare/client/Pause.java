package dev.fanfare.client;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/// How long to wait before the next try to resume a stream. Pure.
///
/// What the hub asks for, twice that after each further failure, and up to a quarter more so that readers which were
/// cut off together do not come back together.
final class Pause {
    private static final long DEFAULT_MILLIS = 250;
    private static final int MAX_DOUBLINGS = 10;

    private Pause() {}

    /// @param failures how many tries in a row have failed before; 0 when a stream that was well has broken
    /// @param retryMillis what the hub asked for; empty when it has never been reached
    static Duration after(int failures, OptionalLong retryMillis, Duration longest, RandomGenerator random) {
        long millis = Math.max(1, retryMillis.orElse(DEFAULT_MILLIS)) << Math.min(failures, MAX_DOUBLINGS);
        long most = Math.min(millis, longest.toMillis());
        return Duration.ofMillis(most + random.nextLong(most / 4 + 1));
    }
}
