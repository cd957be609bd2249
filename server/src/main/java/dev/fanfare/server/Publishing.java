package dev.fanfare.server;

import dev.fanfare.App;
import dev.fanfare.CloseReason;
import dev.fanfare.Durability;
import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Outbox;
import dev.fanfare.wire.DeliveryJson;
import dev.fanfare.wire.Json;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import tools.jackson.core.JsonGenerator;

/// Publishes what a JSON object asks for: a line of a batch, or a request over WebSocket.
final class Publishing {
    static final Set<String> EVENT_FIELDS =
            Set.of("topic", "event", "message", "idempotency_key", "snapshot", "conflate", "close");
    static final Set<String> JOB_FIELDS = Set.of("job", "update", "idempotency_key", "existing");

    private Publishing() {}

    /// Publishes the event that the fields describe.
    ///
    /// @throws Refusal if they do not describe one; or an [dev.fanfare.InvalidValueException]
    static CompletionStage<Receipt> event(App app, Fields fields) {
        Event event = Event.json(fields.json("message"));
        Optional<String> name = fields.text("event");
        Optional<String> key = fields.text("idempotency_key");
        Optional<String> close = fields.text("close");
        return app.topic(required(fields, "topic"))
                .publishAsync(with(event, name, fields.flag("snapshot"), fields.flag("conflate"), close, key));
    }

    static CompletionStage<JobReceipt> job(App app, Fields fields) {
        JobChange change = JobChange.parse(fields.json("update"));
        Optional<String> key = fields.text("idempotency_key");
        return job(app, required(fields, "job"), change, key, fields.flag("existing"));
    }

    static CompletionStage<JobReceipt> job(
            App app, String id, JobChange change, Optional<String> key, boolean existing) {
        JobChange keyed = key.map(Publishing::own).map(change::idempotencyKey).orElse(change);
        return app.jobs().updateAsync(id, existing ? keyed.existingOnly() : keyed);
    }

    /// With the key of a staged event one could claim that it has been published.
    private static String own(String key) {
        if (key.startsWith(Outbox.KEY_PREFIX)) {
            throw new Refusal(
                    Code.BAD_PARAMETER,
                    "an idempotency key must not begin with " + Outbox.KEY_PREFIX + ": choose another");
        }
        return key;
    }

    static Event with(
            Event event,
            Optional<String> name,
            boolean snapshot,
            boolean conflate,
            Optional<String> close,
            Optional<String> key) {
        Event named = name.map(event::named).orElse(event);
        Event keyed = key.map(Publishing::own).map(named::withIdempotencyKey).orElse(named);
        Event closing = close.map(CloseReason::new).map(keyed::closing).orElse(keyed);
        Event marked = snapshot ? closing.asSnapshot() : closing;
        return conflate ? marked.asConflatable() : marked;
    }

    static String required(Fields fields, String name) {
        return fields.text(name)
                .orElseThrow(() -> new Refusal(Code.BAD_PARAMETER, "the field \"" + name + "\" is missing"));
    }

    /// Writes what every acknowledgement says.
    static void write(JsonGenerator json, Receipt receipt) {
        json.writeStringProperty("position", receipt.position().toString());
        json.writeStringProperty("published_at", DeliveryJson.time(receipt.publishedAt()));
        write(json, receipt.durability(), receipt.duplicate());
    }

    static void write(JsonGenerator json, JobReceipt receipt) {
        json.writeStringProperty("position", receipt.update().position().toString());
        write(json, receipt.durability(), receipt.duplicate());
    }

    private static void write(JsonGenerator json, Durability durability, boolean duplicate) {
        json.writeStringProperty("durability", durability.wireName());
        if (duplicate) {
            json.writeBooleanProperty("duplicate", true);
        }
    }

    /// Returns the job's state as delivered, with what an acknowledgement says beside it.
    static Bytes state(JobReceipt receipt) {
        String state = receipt.update().json().utf8();
        return Json.write(json -> {
            json.writeStartObject();
            json.writeRaw(state.substring(1, state.length() - 1) + ",");
            write(json, receipt.durability(), receipt.duplicate());
            json.writeEndObject();
        });
    }
}
