package dev.fanfare.client;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.contract.RecordingSubscriber;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/// What the rules of a broadcaster are checked with.
interface Rules {
    String APP = "shop";

    /// How many events the topics under `short/` keep.
    int SHORT = 4;

    /// Ends a test that has failed, and no other.
    Duration DEADLINE = Duration.ofSeconds(20);

    Broadcaster broadcaster();

    App app();

    default Topic topic(String name) {
        return app().topic(name);
    }

    default RecordingSubscriber subscribe(String pattern, StartAt startAt) {
        return RecordingSubscriber.of(app(), pattern, startAt);
    }

    /// Publishes the numbers from `first` to `last`.
    static List<Receipt> publish(Topic topic, int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> topic.publish(Event.json(Integer.toString(i))))
                .toList();
    }

    static List<String> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
    }

    /// Returns what a reader sees of a delivery.
    static String shown(Delivery delivery) {
        if (delivery instanceof Received received) {
            return received.message();
        }
        return delivery instanceof Delivery.Gap gap
                ? "gap " + gap.cause().wireName()
                : "end " + ((Delivery.Ended) delivery).reason();
    }
}
