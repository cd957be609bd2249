package dev.fanfare.history;

import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.spi.TopicName;
import dev.fanfare.wire.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Writes down what a reader of an app is given.
///
/// Threads: confined to one at a time.
final class Recorder {
    private final History history;
    private final String app;
    private Connection connection;

    Recorder(History history, String reader, String app) {
        this.history = history;
        this.app = app;
        this.connection = new Connection(reader, 1);
    }

    String app() {
        return app;
    }

    void connected(Map<String, Position> places, List<String> patterns) {
        history.add(new Entry.Connected(connection, app, places, patterns));
    }

    void disconnected(String why) {
        history.add(new Entry.Disconnected(connection, why));
        connection = connection.next();
    }

    void delivered(Delivery delivery) {
        TopicName topic = new TopicName(app, delivery.topic());
        if (delivery instanceof Received received) {
            history.add(new Entry.Saw(connection, topic, received.position(), id(received), marks(received)));
        } else if (delivery instanceof Delivery.Gap gap) {
            history.add(new Entry.Missed(connection, topic, gap.cause(), gap.missed(), gap.from(), gap.position()));
        } else if (delivery instanceof Delivery.Ended ended) {
            history.add(new Entry.Ended(connection, topic, ended.reason().text(), ended.position()));
        }
    }

    /// Returns what [RecordingPublisher] has put into the message.
    private static String id(Received received) {
        if (TopicName.isJob(received.topic())) {
            return JobUpdate.of(received).message().orElse("");
        }
        return received.message().startsWith("{")
                ? JsonObject.parse(received.stored().message()).text("id").orElse("")
                : "";
    }

    private static Entry.Saw.Marks marks(Received received) {
        Optional<JobMark> job = Optional.of(received)
                .filter(event -> TopicName.isJob(event.topic()))
                .map(JobUpdate::of)
                .map(update -> new JobMark(update.status(), update.progress()));
        return new Entry.Saw.Marks(received.isSnapshot(), received.conflated(), job);
    }
}
