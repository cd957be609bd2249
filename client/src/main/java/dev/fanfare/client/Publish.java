package dev.fanfare.client;

import dev.fanfare.CloseReason;
import dev.fanfare.Durability;
import dev.fanfare.Event;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Receipt;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import dev.fanfare.wire.DeliveryReader;
import dev.fanfare.wire.Json;
import dev.fanfare.wire.JsonObject;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// An event on its way to the hub.
///
/// @param key its publisher's idempotency key, or one made for it so that it can be sent again
/// @param ownKey whether the key was made for it
record Publish(
        String topic, Event event, String key, boolean ownKey, long deadline, CompletableFuture<Receipt> answer) {
    /// What a line of a batch needs beside the message, roughly.
    private static final int OVERHEAD = 512;

    static Publish of(String topic, Event event, long deadline) {
        String key = event.idempotencyKey();
        return new Publish(
                topic, event, key == null ? newKey() : key, key == null, deadline, new CompletableFuture<>());
    }

    /// Returns a key that nobody else has.
    static String newKey() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return Long.toString(random.nextLong() >>> 1, 36) + Long.toString(random.nextLong() >>> 1, 36);
    }

    int bytes() {
        return event.message().length() + OVERHEAD;
    }

    Subject subject() {
        return Subject.topic("publishing to", topic);
    }

    /// Tells whether its texts can be headers: the JDK's client writes ASCII only, and spaces at the ends get lost.
    boolean fitsHeaders() {
        return isHeader(event.name())
                && isHeader(key)
                && (event.closing() == null || isHeader(event.closing().text()));
    }

    static boolean isHeader(@Nullable String text) {
        return text == null || (text.equals(text.strip()) && text.chars().allMatch(c -> c >= ' ' && c < 127));
    }

    Call withHeaders(Call call) {
        Call complete = call.with("Content-Type", "application/json").with("Idempotency-Key", key);
        if (event.name() != null) {
            complete = complete.with("Fanfare-Event", event.name());
        }
        if (event.snapshot()) {
            complete = complete.with("Fanfare-Snapshot", "true");
        }
        if (event.conflatable()) {
            complete = complete.with("Fanfare-Conflate", "true");
        }
        CloseReason closing = event.closing();
        return closing == null ? complete : complete.with("Fanfare-Close", closing.text());
    }

    /// Returns the event as a line of a batch.
    Bytes line() {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("topic", topic);
            if (event.name() != null) {
                json.writeStringProperty("event", event.name());
            }
            json.writeName("message");
            json.writeRawValue(event.message().utf8());
            json.writeStringProperty("idempotency_key", key);
            if (event.snapshot()) {
                json.writeBooleanProperty("snapshot", true);
            }
            if (event.conflatable()) {
                json.writeBooleanProperty("conflate", true);
            }
            if (event.closing() != null) {
                json.writeStringProperty("close", event.closing().text());
            }
            json.writeEndObject();
        });
    }

    /// Takes the line with which a batch answers it.
    void answered(JsonObject line, boolean repeated) {
        Optional<JsonObject> error = line.object("error");
        if (error.isPresent()) {
            answer.completeExceptionally(Problem.read(error.get()).exception(subject(), true));
        } else {
            answer.complete(receipt(line, repeated));
        }
    }

    Receipt receipt(JsonObject answer, boolean repeated) {
        boolean byItself = ownKey && repeated;
        return new Receipt(
                DeliveryReader.position(answer, "position"),
                durability(answer),
                DeliveryReader.time(answer, "published_at"),
                answer.flag("duplicate") && !byItself);
    }

    static Durability durability(JsonObject answer) {
        String text = answer.requireText("durability");
        for (Durability durability : Durability.values()) {
            if (durability.wireName().equals(text)) {
                return durability;
            }
        }
        throw new InvalidValueException("bad_json", "not a durability: " + Quote.of(text));
    }
}
