package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.spi.Head;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A reader over a pattern that holds every delivery against the truth of its topic.
///
/// Threads: confined to the test.
final class PatternReader {
    private final RecordingSubscriber subscriber;
    private final Map<String, Truth> truths;
    private final Map<String, Place> places = new HashMap<>();

    /// Where the reader stands in a topic.
    ///
    /// @param life the number of the life
    /// @param offset the last offset accounted for
    private record Place(int life, long offset, boolean ended) {}

    private PatternReader(RecordingSubscriber subscriber, Map<String, Truth> truths) {
        this.subscriber = subscriber;
        this.truths = truths;
    }

    /// Begins after all there is.
    static PatternReader live(RecordingSubscriber subscriber, Map<String, Truth> truths) {
        PatternReader reader = new PatternReader(subscriber, truths);
        truths.forEach((topic, truth) -> {
            Truth.Life present = truth.present();
            long last = present == null ? 0 : present.lastOffset();
            reader.places.put(topic, new Place(truth.lives() - 1, last, present == null || present.isOver()));
        });
        return reader;
    }

    /// Begins with the oldest events that survive.
    static PatternReader earliest(
            RecordingSubscriber subscriber, Map<String, Truth> truths, Function<String, Head> heads) {
        PatternReader reader = new PatternReader(subscriber, truths);
        truths.forEach((topic, truth) -> {
            boolean lives = truth.present() != null;
            long before = lives ? heads.apply(topic).oldest() - 1 : 0;
            reader.places.put(topic, new Place(truth.lives() - 1, before, !lives));
        });
        return reader;
    }

    boolean poll(int maxBytes) {
        List<Delivery> some = subscriber.poll(maxBytes);
        some.forEach(this::check);
        if (some.isEmpty()) {
            checkComplete();
        }
        return !some.isEmpty();
    }

    private void check(Delivery delivery) {
        Truth truth = truths.get(delivery.topic());
        Truth.Life life = truth.life(delivery.position().epoch());
        Place place = places.get(delivery.topic());
        if (life.number != place.life) {
            place = enter(place, life);
        }
        assertThat(place.ended).as("%s after the end", delivery).isFalse();
        places.put(delivery.topic(), next(delivery, life, place));
    }

    /// A life may be passed over only if it began and was gone again since the reader last had read everything.
    private static Place enter(Place place, Truth.Life life) {
        assertThat(life.number).isGreaterThan(place.life);
        assertThat(place.ended).as("the life before was read to its end").isTrue();
        return new Place(life.number, 0, false);
    }

    private static Place next(Delivery delivery, Truth.Life life, Place place) {
        long to = delivery.position().offset();
        if (delivery instanceof Received received) {
            assertThat(received.message()).isEqualTo(life.event(to).message());
            assertThat(to).isEqualTo(place.offset + received.conflated() + 1);
        } else if (delivery instanceof Delivery.Gap gap) {
            assertThat(gap.from().offset()).isEqualTo(place.offset);
            assertThat(gap.missed()).hasValue(Math.min(to, life.lastOffset()) - place.offset);
        } else {
            assertThat(place.offset).as("the end of %s", delivery.topic()).isGreaterThanOrEqualTo(life.lastOffset());
            return new Place(life.number, to, true);
        }
        return new Place(life.number, to, false);
    }

    /// Reads all there is.
    void settle() {
        while (poll(1 << 20)) {
            assertThat(subscriber.isEnded()).isFalse();
        }
    }

    /// Checks, once nothing is ready, that every topic that lives has been read to its last event.
    private void checkComplete() {
        truths.forEach((topic, truth) -> {
            Truth.Life present = truth.present();
            Place place = places.get(topic);
            if (present != null) {
                assertThat(place.life).as("the life of %s", topic).isEqualTo(present.number);
                assertThat(place.offset).as("the place in %s", topic).isEqualTo(present.lastOffset());
                assertThat(place.ended).as("the end of %s", topic).isEqualTo(present.isOver());
            } else {
                assertThat(place.ended || truth.lives() == 0)
                        .as("the end of %s", topic)
                        .isTrue();
            }
        });
    }

    void close() {
        subscriber.close();
    }
}
