package dev.fanfare.spi;

import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import org.jspecify.annotations.Nullable;

/// One event to be stored, with what must hold for it.
///
/// @param uid random, made by the publisher; never 0
/// @param expect the head that the publisher has seen, else the append is a conflict; [Position#NONE] expects that the
///     topic has no life; null expects nothing
/// @param idempotencyKey a later append with the same key is a duplicate; null for none
public record Append(
        TopicName topic,
        long uid,
        @Nullable String eventName,
        Bytes message,
        boolean conflatable,
        Effect effect,
        @Nullable Position expect,
        @Nullable String idempotencyKey,
        TopicPolicy policy) {
    public Append {
        if (uid == 0) {
            throw new IllegalArgumentException("uid must not be 0: it marks the place before the first event");
        }
        if (effect instanceof Effect.Reopen && expect == null) {
            throw new IllegalArgumentException("to reopen " + topic + " the closed head must be expected");
        }
    }
}
