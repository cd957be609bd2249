package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Delivery.Gap;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.contract.RecordingSubscriber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A topic that one node publishes and another reads: what was accepted, what was received, and what the reader was
/// told that it missed.
///
/// Threads: confined to that of the test.
final class Story {
    private final Topic topic;
    private final RecordingSubscriber subscriber;
    private final Map<Position, String> accepted = new HashMap<>();
    private final List<Delivery> deliveries = new ArrayList<>();
    private int told;

    Story(Topic topic, Broadcaster reading) {
        this.topic = topic;
        this.subscriber = RecordingSubscriber.of(reading.app("shop"), topic.name(), StartAt.earliest());
    }

    /// Publishes so many events, each until it is accepted, and reads until the reader stands at the last.
    void tell(int events) {
        Position last = null;
        for (int i = 0; i < events; i++) {
            last = publish(String.valueOf(told++));
        }
        Position reached = Position.NONE;
        while (!reached.equals(last)) {
            Delivery next = subscriber.next();
            deliveries.add(next);
            reached = next.position();
        }
    }

    private Position publish(String message) {
        while (true) {
            assertThat(Thread.interrupted()).as("the test has taken too long").isFalse();
            try {
                Position position = topic.publish(message).position();
                accepted.put(position, message);
                return position;
            } catch (BackendUnavailableException notYet) {
                // the next attempt waits for as long
            }
        }
    }

    List<Gap> gaps() {
        return all(Gap.class);
    }

    private <T extends Delivery> List<T> all(Class<T> kind) {
        return deliveries.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// Each delivery joins the one before it, so that nothing came twice, out of order, or was left out without a gap;
    /// whatever was accepted has been received, or a gap has told of it.
    void check() {
        Position standing = Position.NONE;
        for (Delivery delivery : deliveries) {
            if (delivery instanceof Gap gap) {
                assertThat(gap.from()).isEqualTo(standing);
            } else {
                requireNext((Received) delivery, standing);
            }
            standing = delivery.position();
        }
        List<Position> received =
                all(Received.class).stream().map(Received::position).toList();
        List<Position> missed = new ArrayList<>(accepted.keySet());
        missed.removeAll(received);
        assertThat(missed).allSatisfy(lost -> assertThat(gaps()).anyMatch(gap -> tellsOf(gap, lost)));
        subscriber.close();
    }

    private void requireNext(Received event, Position standing) {
        Position at = event.position();
        assertThat(at.offset()).as("after %s", standing).isEqualTo(standing.offset() + 1);
        assertThat(standing.epoch()).isIn(0L, at.epoch());
        String acknowledged = accepted.getOrDefault(at, event.message()); // it may be stored without an answer
        assertThat(event.message()).isEqualTo(acknowledged);
    }

    /// A gap tells of what lies before the place at which the reader goes on, and of all that a store had in the life
    /// whose newest events it has lost.
    private static boolean tellsOf(Gap gap, Position missed) {
        boolean isPassed = missed.epoch() == gap.position().epoch()
                && missed.offset() <= gap.position().offset();
        boolean isLost = gap.cause() == Delivery.Cause.EPOCH || gap.cause() == Delivery.Cause.REWOUND;
        return isPassed || (isLost && missed.epoch() == gap.from().epoch());
    }
}
