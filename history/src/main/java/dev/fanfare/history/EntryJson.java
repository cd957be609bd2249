package dev.fanfare.history;

import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.TopicName;
import dev.fanfare.wire.Json;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// The form of an entry in a file: one JSON object on a line. [EntryReader] undoes it.
final class EntryJson {
    private EntryJson() {}

    /// Returns the entry without a time.
    static Bytes write(Entry entry) {
        return Json.write(json -> write(json, entry, null));
    }

    static String line(Entry entry, Instant at) {
        return Json.write(json -> write(json, entry, at)).utf8();
    }

    private static void write(JsonGenerator json, Entry entry, @Nullable Instant at) {
        json.writeStartObject();
        if (at != null) {
            json.writeStringProperty("at", at.toString());
        }
        json.writeStringProperty("type", entry.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        members(json, entry);
        json.writeEndObject();
    }

    private static void members(JsonGenerator json, Entry entry) {
        if (entry instanceof Entry.Attempted tried) {
            sending(json, tried.sending());
            flag(json, "conflatable", tried.conflatable());
        } else if (entry instanceof Entry.Acked acked) {
            acked(json, acked);
        } else if (entry instanceof Entry.Refused refused) {
            sending(json, refused.sending());
            json.writeStringProperty("code", refused.code());
        } else if (entry instanceof Entry.Unanswered unanswered) {
            sending(json, unanswered.sending());
            json.writeStringProperty("detail", unanswered.detail());
        } else {
            ofReaders(json, entry);
        }
    }

    private static void ofReaders(JsonGenerator json, Entry entry) {
        if (entry instanceof Entry.Connected connected) {
            connected(json, connected);
        } else if (entry instanceof Entry.Saw saw) {
            saw(json, saw);
        } else if (entry instanceof Entry.Missed missed) {
            missed(json, missed);
        } else if (entry instanceof Entry.Ended ended) {
            place(json, ended.connection(), ended.topic());
            json.writeStringProperty("position", ended.position().toString());
            json.writeStringProperty("reason", ended.reason());
        } else if (entry instanceof Entry.Disconnected disconnected) {
            connection(json, disconnected.connection());
            json.writeStringProperty("why", disconnected.why());
        } else if (entry instanceof Entry.Found found) {
            found(json, found);
        }
    }

    private static void acked(JsonGenerator json, Entry.Acked acked) {
        sending(json, acked.sending());
        json.writeStringProperty("position", acked.position().toString());
        json.writeStringProperty("durability", acked.durability().wireName());
        flag(json, "duplicate", acked.duplicate());
    }

    private static void connected(JsonGenerator json, Entry.Connected connected) {
        connection(json, connected.connection());
        json.writeStringProperty("app", connected.app());
        json.writeObjectPropertyStart("places");
        connected.places().forEach((topic, position) -> json.writeStringProperty(topic, position.toString()));
        json.writeEndObject();
        json.writeArrayPropertyStart("patterns");
        connected.patterns().forEach(json::writeString);
        json.writeEndArray();
    }

    private static void saw(JsonGenerator json, Entry.Saw saw) {
        place(json, saw.connection(), saw.topic());
        json.writeStringProperty("position", saw.position().toString());
        json.writeStringProperty("id", saw.id());
        flag(json, "snapshot", saw.marks().snapshot());
        if (saw.marks().conflated() > 0) {
            json.writeNumberProperty("conflated", saw.marks().conflated());
        }
        saw.marks().job().ifPresent(job -> {
            json.writeStringProperty("status", job.status().wireName());
            job.progress().ifPresent(progress -> json.writeNumberProperty("progress", progress));
        });
    }

    private static void missed(JsonGenerator json, Entry.Missed missed) {
        place(json, missed.connection(), missed.topic());
        json.writeStringProperty("cause", missed.cause().wireName());
        missed.count().ifPresent(count -> json.writeNumberProperty("count", count));
        json.writeStringProperty("from", missed.from().toString());
        json.writeStringProperty("to", missed.to().toString());
    }

    private static void found(JsonGenerator json, Entry.Found found) {
        json.writeStringProperty("hub", found.hub());
        topic(json, found.topic());
        json.writeStringProperty("head", found.head().toString());
        found.closed().ifPresent(reason -> json.writeStringProperty("closed", reason));
        found.snapshot().ifPresent(place -> json.writeStringProperty("snapshot_at", place.toString()));
    }

    private static void sending(JsonGenerator json, Sending sending) {
        json.writeStringProperty("publisher", sending.publisher());
        topic(json, sending.topic());
        json.writeStringProperty("id", sending.id());
    }

    private static void place(JsonGenerator json, Connection connection, TopicName topic) {
        connection(json, connection);
        topic(json, topic);
    }

    private static void connection(JsonGenerator json, Connection connection) {
        json.writeStringProperty("reader", connection.reader());
        json.writeNumberProperty("connection", connection.number());
    }

    private static void topic(JsonGenerator json, TopicName topic) {
        json.writeStringProperty("app", topic.app());
        json.writeStringProperty("topic", topic.name());
    }

    private static void flag(JsonGenerator json, String name, boolean value) {
        if (value) {
            json.writeBooleanProperty(name, true);
        }
    }
}
