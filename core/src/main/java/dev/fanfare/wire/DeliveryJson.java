package dev.fanfare.wire;

import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import tools.jackson.core.JsonGenerator;

/// The one JSON object that a delivery is on every wire.
public final class DeliveryJson {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private DeliveryJson() {}

    public static Bytes encode(Received received) {
        return TopicName.isJob(received.topic()) ? encodeJob(received) : encodeEvent(received);
    }

    public static Bytes encode(Delivery.Gap gap) {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "gap");
            writeSubject(json, gap.topic());
            json.writeStringProperty("cause", gap.cause().wireName());
            if (gap.missed().isPresent()) {
                json.writeNumberProperty("missed", gap.missed().getAsLong());
            } else {
                json.writeNullProperty("missed");
            }
            json.writeStringProperty("from", gap.from().toString());
            json.writeStringProperty("to", gap.position().toString());
            json.writeEndObject();
        });
    }

    public static Bytes encode(Delivery.Ended ended) {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "end");
            writeSubject(json, ended.topic());
            json.writeStringProperty("reason", ended.reason().text());
            json.writeStringProperty("position", ended.position().toString());
            json.writeEndObject();
        });
    }

    /// Returns a time as it stands in JSON: RFC 3339, UTC, milliseconds.
    public static String time(Instant at) {
        return TIME.format(at);
    }

    private static Bytes encodeEvent(Received received) {
        StoredEvent event = received.stored();
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "event");
            json.writeStringProperty("topic", received.topic());
            json.writeStringProperty("event", event.name());
            json.writeName("message");
            writeRaw(json, event.message());
            json.writeStringProperty("published_at", time(event.at()));
            writeRest(json, received);
        });
    }

    /// A job's message is its state, and `attempt` its last field: the store's time goes before that.
    private static Bytes encodeJob(Received received) {
        String state = received.message();
        int attempt = state.lastIndexOf(",\"attempt\":");
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "job");
            writeSubject(json, received.topic());
            json.writeRaw("," + state.substring(1, attempt));
            json.writeStringProperty("timestamp", time(received.publishedAt()));
            json.writeRaw(state.substring(attempt, state.length() - 1));
            writeRest(json, received);
        });
    }

    private static void writeRest(JsonGenerator json, Received received) {
        json.writeStringProperty("position", received.position().toString());
        if (received.isSnapshot()) {
            json.writeBooleanProperty("snapshot", true);
        }
        if (received.conflated() > 0) {
            json.writeNumberProperty("conflated", received.conflated());
        }
        if (received.isAfterGap()) {
            writeMissed(json, received);
        }
        json.writeEndObject();
    }

    private static void writeMissed(JsonGenerator json, Received received) {
        if (received.missed().isPresent()) {
            json.writeNumberProperty("missed", received.missed().getAsLong());
        } else {
            json.writeNullProperty("missed");
        }
    }

    private static void writeSubject(JsonGenerator json, String topic) {
        if (TopicName.isJob(topic)) {
            json.writeStringProperty("job_id", TopicName.jobId(topic));
        } else {
            json.writeStringProperty("topic", topic);
        }
    }

    private static void writeRaw(JsonGenerator json, Bytes value) {
        json.writeRawValue(value.utf8());
    }
}
