package dev.fanfare.wire;

import dev.fanfare.CloseReason;
import dev.fanfare.Delivery;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.StoredEvent;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

/// Reads what a hub says: the JSON objects of the protocol, back into deliveries and notices.
///
/// It undoes [DeliveryJson]. Of an event's place in its topic's chain only its position is on the wire.
public final class DeliveryReader {
    private static final String JOBS = "$jobs/";
    private static final Bytes NULL = Bytes.utf8("null");
    /// The fields of a job's state, in the order in which its topic holds them.
    private static final List<String> STATE = List.of("status", "progress", "message", "results", "error", "attempt");

    private DeliveryReader() {}

    /// Reads the data of one event of a stream.
    ///
    /// @throws InvalidValueException if it is not as the protocol says
    public static Notice read(Bytes json) {
        JsonObject object = JsonObject.parse(json);
        String type = object.requireText("type");
        return switch (type) {
            case "event", "job" -> new Notice.Delivered(received(object));
            case "gap" -> new Notice.Delivered(gap(object));
            case "end" -> new Notice.Delivered(ended(object));
            case "subscribed" -> new Notice.Subscribed(object.requireText("position"));
            case "degraded" -> new Notice.Degraded(object.requireText("code"));
            case "recovered" -> new Notice.Recovered();
            case "refused" -> refused(object);
            default -> new Notice.Unknown(type);
        };
    }

    /// Reads an event or a job update.
    ///
    /// @throws InvalidValueException if it is not one
    public static Received received(Bytes json) {
        return received(JsonObject.parse(json));
    }

    /// Reads a gap.
    ///
    /// @throws InvalidValueException if it is not one
    public static Delivery.Gap gap(Bytes json) {
        return gap(JsonObject.parse(json));
    }

    /// Returns the position that the member holds.
    ///
    /// @throws InvalidValueException if there is none, or one that cannot be read
    public static Position position(JsonObject object, String member) {
        String text = object.requireText(member);
        return Position.parse(text)
                .orElseThrow(() -> new InvalidValueException("bad_json", "not a position: " + Quote.of(text)));
    }

    /// Returns the time that the member holds.
    ///
    /// @throws InvalidValueException if there is none, or one that cannot be read
    public static Instant time(JsonObject object, String member) {
        String text = object.requireText(member);
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException malformed) {
            throw new InvalidValueException("bad_json", "not a time: " + Quote.of(text));
        }
    }

    private static Received received(JsonObject object) {
        boolean job = object.has("job_id");
        Instant at = time(object, job ? "timestamp" : "published_at");
        String name = object.text("event").orElse(null);
        Position position = position(object, "position");
        StoredEvent event = new StoredEvent(
                position.epoch(),
                position.offset(),
                Math.max(0, position.offset() - 1),
                Integer.toUnsignedLong(position.tag()),
                0,
                at,
                name,
                false,
                job ? jobState(object) : message(object));
        return marked(Received.of(topic(object), event), object);
    }

    private static Received marked(Received received, JsonObject object) {
        Received marked =
                received.afterConflating((int) object.number("conflated").orElse(0));
        if (object.has("missed")) {
            marked = marked.afterMissing(object.number("missed"));
        }
        return object.flag("snapshot") ? marked.asSnapshot() : marked;
    }

    private static Bytes message(JsonObject object) {
        Bytes message = object.raw("message");
        return message == null ? NULL : message;
    }

    /// Returns what the job's topic holds.
    private static Bytes jobState(JsonObject update) {
        return Json.write(json -> {
            json.writeStartObject();
            for (String field : STATE) {
                Bytes value = update.raw(field);
                json.writeName(field);
                json.writeRawValue((value == null ? NULL : value).utf8());
            }
            json.writeEndObject();
        });
    }

    private static Delivery.Gap gap(JsonObject object) {
        return new Delivery.Gap(
                topic(object),
                cause(object),
                object.number("missed"),
                position(object, "from"),
                position(object, "to"));
    }

    private static Delivery.Cause cause(JsonObject object) {
        String text = object.requireText("cause");
        for (Delivery.Cause cause : Delivery.Cause.values()) {
            if (cause.wireName().equals(text)) {
                return cause;
            }
        }
        throw new InvalidValueException("bad_json", "not a cause of a gap: " + Quote.of(text));
    }

    private static Delivery.Ended ended(JsonObject object) {
        return new Delivery.Ended(
                topic(object), new CloseReason(object.requireText("reason")), position(object, "position"));
    }

    private static Notice.Refused refused(JsonObject object) {
        return new Notice.Refused(
                object.requireText("code"),
                object.text("detail").orElse(""),
                Math.max(0, object.number("retry_after_ms").orElse(0)));
    }

    private static String topic(JsonObject object) {
        return object.text("job_id").map(id -> JOBS + id).orElseGet(() -> object.requireText("topic"));
    }
}
