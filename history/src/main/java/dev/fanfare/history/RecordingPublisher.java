package dev.fanfare.history;

import dev.fanfare.App;
import dev.fanfare.BackendUnavailableException;
import dev.fanfare.BroadcastException;
import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.Waiting;
import dev.fanfare.wire.Json;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// A publisher that writes down what it tries and what it is told. Its messages hold an id by which they are
/// traced, which is their idempotency key too.
///
/// Threads: confined to one at a time.
public final class RecordingPublisher {
    private final History history;
    private final String name;
    private final Supplier<App> app;
    private int number;
    private String lastCode = "";

    /// What came of a try.
    public enum Outcome {
        ACKED,
        REFUSED,
        UNANSWERED
    }

    /// @param app where to publish, asked at each try
    public RecordingPublisher(History history, String name, Supplier<App> app) {
        this.history = history;
        this.name = name;
        this.app = app;
    }

    /// Makes a message for the topic; nothing is sent yet.
    public Sending message(String topic) {
        return new Sending(name, new TopicName(app.get().name(), topic), name + "-" + ++number);
    }

    /// Publishes a new message, once.
    public Outcome publish(String topic) {
        return publish(message(topic), event -> event);
    }

    /// Publishes the message, perhaps again.
    ///
    /// @param form what else the event is: a snapshot, conflatable, the topic's last
    public Outcome publish(Sending sending, UnaryOperator<Event> form) {
        Event event = form.apply(Event.json(json(sending.id())).withIdempotencyKey(sending.id()));
        history.add(new Entry.Attempted(sending, event.conflatable()));
        return record(sending, () -> {
            Receipt receipt = app.get().topic(sending.topic().name()).publish(event);
            return new Entry.Acked(sending, receipt.position(), receipt.durability(), receipt.duplicate());
        });
    }

    /// Changes a job; the message of the update becomes the id.
    ///
    /// @param sending made for the job's topic, `$jobs/<id>`
    /// @param plain whether the change is mere progress, which a reader that is behind may be spared
    public Outcome update(Sending sending, JobChange change, boolean plain) {
        history.add(new Entry.Attempted(sending, plain));
        String job = TopicName.jobId(sending.topic().name());
        return record(sending, () -> {
            JobReceipt receipt =
                    app.get().jobs().update(job, change.message(sending.id()).idempotencyKey(sending.id()));
            return new Entry.Acked(sending, receipt.update().position(), receipt.durability(), receipt.duplicate());
        });
    }

    /// Returns the code of the last refusal, as `job_ended`; empty when the last try was not refused.
    public String lastCode() {
        return lastCode;
    }

    private Outcome record(Sending sending, Supplier<Entry> attempt) {
        lastCode = "";
        try {
            history.add(attempt.get());
            return Outcome.ACKED;
        } catch (BroadcastException refused) {
            return record(sending, refused);
        } catch (RuntimeException failed) {
            history.add(new Entry.Unanswered(sending, String.valueOf(Waiting.cause(failed))));
            return Outcome.UNANSWERED;
        }
    }

    private Outcome record(Sending sending, BroadcastException refused) {
        if (refused instanceof BackendUnavailableException away && away.mayBeStored()) {
            history.add(new Entry.Unanswered(sending, String.valueOf(away.getMessage())));
            return Outcome.UNANSWERED;
        }
        lastCode = refused.code();
        history.add(new Entry.Refused(sending, refused.code()));
        return Outcome.REFUSED;
    }

    private static Bytes json(String id) {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("id", id);
            json.writeEndObject();
        });
    }
}
