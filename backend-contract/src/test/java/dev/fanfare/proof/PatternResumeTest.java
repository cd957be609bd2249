package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPattern;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A reader of a pattern that comes back more than once.
@ExtendWith(ThreadLeaks.class)
class PatternResumeTest {
    private final ManualClock clock = new ManualClock();
    private final Broadcaster broadcaster =
            Broadcaster.builder(MemoryBackend.create(clock)).clock(clock).start();
    private final App shop = broadcaster.app("shop");

    @AfterEach
    void close() {
        broadcaster.close();
    }

    private RecordingSubscriber read(StartAt startAt) {
        return RecordingSubscriber.of(shop, "orders/*", startAt);
    }

    @BeforeEach
    void publish() {
        shop.topic("orders/over").publish(Event.json("1").closing(CloseReason.COMPLETE));
        clock.advance(Duration.ofMillis(1));
        shop.topic("orders/open").publish("2");
    }

    private String afterAllOfIt() {
        try (RecordingSubscriber first = read(StartAt.earliest())) {
            assertThat(first.messages(1)).containsExactly("1");
            assertThat(first.end().topic()).isEqualTo("orders/over");
            assertThat(first.messages(1)).containsExactly("2");
            return first.position();
        }
    }

    @Test
    void whatItHasSeenToTheEndIsNotGivenAgainHoweverOftenItComesBack() {
        String position = afterAllOfIt();
        for (int time = 3; time <= 6; time++) {
            try (RecordingSubscriber again = read(StartAt.after(position))) {
                shop.topic("orders/open").publish("" + time);
                assertThat(again.messages(1)).containsExactly("" + time);
                again.expectNothing();
                position = again.position();
            }
        }
    }

    @Test
    void theNextLifeOfWhatItHasSeenToTheEndIsGiven() {
        String position = afterAllOfIt();
        try (RecordingSubscriber again = read(StartAt.after(position))) {
            again.expectNothing();
            position = again.position();
        }
        shop.topic("orders/over").drop();
        shop.topic("orders/over").publish("3");
        try (RecordingSubscriber reader = read(StartAt.after(position))) {
            assertThat(reader.gap().topic()).isEqualTo("orders/over");
            assertThat(reader.messages(1)).containsExactly("3");
        }
    }

    /// More topics than a position has room for.
    @Test
    void ofTopicsThatItHasNotReadItIsGivenAllOrToldHoweverManyThereAre() {
        Set<String> topics = publishToParcels(200);
        String position;
        try (RecordingSubscriber first = RecordingSubscriber.of(shop, "parcels/*", StartAt.earliest())) {
            position = first.position();
            first.ready();
        }
        Set<String> given = new HashSet<>();
        try (RecordingSubscriber again = RecordingSubscriber.of(shop, "parcels/*", StartAt.after(position))) {
            while (given.size() < topics.size()) {
                given.add(again.next().topic());
            }
            again.ready();
            position = again.position();
        }
        assertThat(given).isEqualTo(topics);
        clock.advance(Duration.ofMinutes(2));
        try (RecordingSubscriber once = RecordingSubscriber.of(shop, "parcels/*", StartAt.after(position))) {
            once.expectNothing();
        }
    }

    private Set<String> publishToParcels(int count) {
        Set<String> topics =
                IntStream.range(0, count).mapToObj(i -> "parcels/" + i).collect(Collectors.toSet());
        topics.forEach(topic -> shop.topic(topic).publish("1"));
        clock.advance(Duration.ofMinutes(2));
        return topics;
    }

    @Test
    void whoCameWhenAllWasQuietHasMissedNothingHoweverManyTopicsThereAre() {
        publishToParcels(200);
        shop.topic("parcels/over").publish(Event.json("1").closing(CloseReason.COMPLETE));
        clock.advance(Duration.ofMinutes(2));
        String position;
        try (RecordingSubscriber first = RecordingSubscriber.of(shop, "parcels/*", StartAt.live())) {
            position = first.position(); // before the first poll
            first.expectNothing();
        }
        try (RecordingSubscriber again = RecordingSubscriber.of(shop, "parcels/*", StartAt.after(position))) {
            again.expectNothing();
        }
    }

    /// Fewer topics than a position has room for, but not beside those that are named.
    @Test
    void ofTopicsThatFindNoRoomBesideNamedOnesItIsGivenAllOrTold() {
        Set<String> topics = publishToParcels(100);
        List<Selection.Item> items = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            items.add(new Selection.Item(TopicPattern.of("named/" + i), StartAt.live()));
        }
        items.add(new Selection.Item(TopicPattern.of("parcels/*"), StartAt.earliest()));
        String position;
        try (RecordingSubscriber first = RecordingSubscriber.of(shop, new Selection(items))) {
            position = first.position();
            first.ready();
        }
        Set<String> given = new HashSet<>();
        try (RecordingSubscriber again = RecordingSubscriber.of(shop, "parcels/*", StartAt.after(position))) {
            again.ready().forEach(delivery -> given.add(delivery.topic()));
        }
        assertThat(given).isEqualTo(topics);
    }

    /// What it reads meanwhile is newer, by more than the time of its position is vague.
    @Test
    void newsOfATopicThatHasLeftThePositionAreNotForgotten() {
        shop.topic("parcels/first").publish("1");
        clock.advance(Duration.ofMillis(1));
        publishToParcels(200);
        String position;
        try (RecordingSubscriber slow = RecordingSubscriber.of(shop, "parcels/*", StartAt.live())) {
            slow.expectNothing();
            shop.topic("parcels/1").publish("2");
            shop.topic("parcels/first").publish("2");
            clock.advance(Duration.ofMinutes(2));
            shop.topic("parcels/1").publish("3");
            assertThat(slow.poll(2)).extracting(Delivery::topic).containsExactly("parcels/1", "parcels/1");
            position = slow.position();
            slow.ready();
        }
        try (RecordingSubscriber again = RecordingSubscriber.of(shop, "parcels/*", StartAt.after(position))) {
            assertThat(again.ready()).extracting(Delivery::topic).contains("parcels/first");
        }
    }
}
