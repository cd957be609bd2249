package dev.fanfare;

import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Names;
import dev.fanfare.wire.Json;
import org.jspecify.annotations.Nullable;

/// What a publisher gives: a message, and how it is to be treated. Immutable; each `with…` returns a changed copy.
///
/// {@snippet class="dev.fanfare.SnippetsTest" region="event" }
///
/// @param message JSON, minified UTF-8
/// @param name what `EventSource` listeners are registered for; null for none
/// @param snapshot whether the message becomes what late comers get first
/// @param conflatable whether a reader that is behind may be spared it when a later conflatable event exists
/// @param closing the topic's last event, with this reason; null to keep the topic open
/// @param idempotencyKey a repeated publish with the same key is stored once; null for none
/// @param expected the topic's last position that the publisher has seen, else the publish is a conflict; null for any
public record Event(
        Bytes message,
        @Nullable String name,
        boolean snapshot,
        boolean conflatable,
        @Nullable CloseReason closing,
        @Nullable String idempotencyKey,
        @Nullable Position expected) {
    public Event {
        if (name != null) {
            Names.requireEventName(name);
        }
        if (idempotencyKey != null) {
            Names.requireLine("bad_parameter", "idempotency key", idempotencyKey);
        }
    }

    /// Takes a JSON value.
    ///
    /// @throws InvalidValueException if the text is not one JSON value
    public static Event json(String json) {
        return json(Bytes.utf8(json));
    }

    /// Takes a JSON value in UTF-8.
    ///
    /// @throws InvalidValueException if the bytes are not one JSON value in UTF-8
    public static Event json(Bytes json) {
        return new Event(Json.minify(json), null, false, false, null, null, null);
    }

    /// Takes plain text; it travels as a JSON string.
    public static Event text(String text) {
        return new Event(Json.string(text), null, false, false, null, null, null);
    }

    public Event named(String eventName) {
        return new Event(message, eventName, snapshot, conflatable, closing, idempotencyKey, expected);
    }

    public Event asSnapshot() {
        return new Event(message, name, true, conflatable, closing, idempotencyKey, expected);
    }

    public Event asConflatable() {
        return new Event(message, name, snapshot, true, closing, idempotencyKey, expected);
    }

    public Event closing(CloseReason reason) {
        return new Event(message, name, snapshot, conflatable, reason, idempotencyKey, expected);
    }

    public Event withIdempotencyKey(String key) {
        return new Event(message, name, snapshot, conflatable, closing, key, expected);
    }

    /// The publish is refused with a [ConflictException] unless the topic's last event is at `position`;
    /// [Position#NONE] expects that the topic has no life. On a closed topic this begins a new life.
    public Event expecting(Position position) {
        return new Event(message, name, snapshot, conflatable, closing, idempotencyKey, position);
    }
}
