package dev.fanfare;

import java.time.Duration;

/// What a topic keeps, and for how long. What comes first of events, bytes and age ends an event's stay in history.
/// All ages are above zero and up to 36,500 days.
///
/// @param historyEvents how many events history keeps; 0 makes the topic ephemeral: live readers only
/// @param historyBytes how many bytes of messages it keeps; the last event stays whatever its size
/// @param historyAge how long it keeps an event
/// @param idleAge after how long without an event an open topic is forgotten; its next event begins a new life
/// @param tombstoneAge how long a closed or dropped topic answers for its end
/// @param idempotencyAge how long a repeated idempotency key is recognised
public record TopicPolicy(
        int historyEvents,
        long historyBytes,
        Duration historyAge,
        Duration idleAge,
        Duration tombstoneAge,
        Duration idempotencyAge) {
    /// What every store can add to its time.
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /// 256 events, 8 MiB, 10 minutes; idle topics and ends are kept 24 hours, idempotency keys 5 minutes.
    public static final TopicPolicy DEFAULT = new TopicPolicy(
            256, 8 << 20, Duration.ofMinutes(10), Duration.ofHours(24), Duration.ofHours(24), Duration.ofMinutes(5));

    public TopicPolicy {
        require(historyEvents >= 0, "historyEvents must not be negative: " + historyEvents);
        require(historyBytes >= 0, "historyBytes must not be negative: " + historyBytes);
        requireAge("historyAge", historyAge);
        requireAge("idleAge", idleAge);
        requireAge("tombstoneAge", tombstoneAge);
        requireAge("idempotencyAge", idempotencyAge);
        require(
                idleAge.compareTo(historyAge) >= 0,
                "idleAge (" + idleAge + ") must not be shorter than historyAge (" + historyAge
                        + "): a topic would be forgotten before its events");
    }

    public TopicPolicy withHistory(int events, long bytes, Duration age) {
        return new TopicPolicy(events, bytes, age, idleAge, tombstoneAge, idempotencyAge);
    }

    /// Returns the policy of a topic without history: a reader that was away is told of a gap.
    public TopicPolicy ephemeral() {
        return withHistory(0, 0, historyAge);
    }

    private static void requireAge(String what, Duration age) {
        require(!age.isNegative() && !age.isZero(), what + " must be positive: " + age);
        require(age.compareTo(LONGEST) <= 0, what + " must be at most " + LONGEST.toDays() + " days: " + age);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
