package dev.fanfare.contract;

import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.TopicName;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// An append in the making: as plain as can be, until a test says more. Immutable.
///
/// @param uid random, and kept by the copies
public record Draft(
        TopicName topic,
        long uid,
        @Nullable String name,
        Bytes message,
        boolean isConflatable,
        Effect effect,
        @Nullable Position expected,
        @Nullable String key,
        TopicPolicy policy) {

    public static Draft to(TopicName topic, String message) {
        return to(topic, Bytes.utf8(message));
    }

    public static Draft to(TopicName topic, Bytes message) {
        long uid = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        return new Draft(topic, uid, null, message, false, Effect.KEEP, null, null, TopicPolicy.DEFAULT);
    }

    public static Draft close(TopicName topic, String reason) {
        return to(topic, "last").with(new Effect.Close(new CloseReason(reason), false));
    }

    public static Draft drop(TopicName topic) {
        return to(topic, Bytes.EMPTY).with(new Effect.Drop());
    }

    public Draft named(String eventName) {
        return new Draft(topic, uid, eventName, message, isConflatable, effect, expected, key, policy);
    }

    public Draft conflatable() {
        return new Draft(topic, uid, name, message, true, effect, expected, key, policy);
    }

    public Draft with(Effect newEffect) {
        return new Draft(topic, uid, name, message, isConflatable, newEffect, expected, key, policy);
    }

    public Draft expecting(Position position) {
        return new Draft(topic, uid, name, message, isConflatable, effect, position, key, policy);
    }

    public Draft withKey(String idempotencyKey) {
        return new Draft(topic, uid, name, message, isConflatable, effect, expected, idempotencyKey, policy);
    }

    public Draft keeping(TopicPolicy newPolicy) {
        return new Draft(topic, uid, name, message, isConflatable, effect, expected, key, newPolicy);
    }

    public Append append() {
        return new Append(topic, uid, name, message, isConflatable, effect, expected, key, policy);
    }
}
