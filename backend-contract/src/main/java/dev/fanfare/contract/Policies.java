package dev.fanfare.contract;

import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Head;
import java.time.Duration;

/// Policies that the rules use, and places in a life.
final class Policies {
    /// Keeps all that a test appends.
    static final TopicPolicy LARGE = TopicPolicy.DEFAULT.withHistory(1_000_000, 1 << 30, Duration.ofMinutes(10));

    /// Forgets a topic that is idle for two seconds.
    static final TopicPolicy SHORT_LIVED = new TopicPolicy(
            256, 1 << 20, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1));

    /// Keeps everything for as long as a policy can say.
    static final TopicPolicy LONGEST = new TopicPolicy(
            256,
            1 << 20,
            Duration.ofDays(36_500),
            Duration.ofDays(36_500),
            Duration.ofDays(36_500),
            Duration.ofDays(36_500));

    static final Duration HISTORY_AGE = TopicPolicy.DEFAULT.historyAge();
    static final Duration IDLE_AGE = TopicPolicy.DEFAULT.idleAge();
    static final Duration TOMBSTONE_AGE = TopicPolicy.DEFAULT.tombstoneAge();
    static final Duration IDEMPOTENCY_AGE = TopicPolicy.DEFAULT.idempotencyAge();
    /// More than a store takes to answer, on a machine that has much else to do.
    static final Duration MOMENT = Duration.ofSeconds(20);

    private Policies() {}

    static TopicPolicy events(int events) {
        return LARGE.withHistory(events, LARGE.historyBytes(), HISTORY_AGE);
    }

    static TopicPolicy bytes(long bytes) {
        return LARGE.withHistory(LARGE.historyEvents(), bytes, HISTORY_AGE);
    }

    /// Returns the place before the first event of the life that `head` is of.
    static Position before(Head head) {
        return new Position(head.epoch(), 0, 0);
    }
}
