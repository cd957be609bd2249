package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.Received;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.Topic;
import dev.fanfare.TopicPattern;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.FaultyBackend;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.memory.MemoryBackend;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// One reader, one topic, step by step: what the guarantees mean.
@ExtendWith(ThreadLeaks.class)
class ReaderTest {
    private static final CloseReason DONE = new CloseReason("done");
    private static final TopicPolicy THREE =
            TopicPolicy.DEFAULT.withHistory(3, 1 << 20, TopicPolicy.DEFAULT.historyAge());

    private final ManualClock clock = new ManualClock();
    private final Broadcaster broadcaster = Broadcaster.builder(MemoryBackend.create(clock))
            .policy("shop", TopicPattern.of("short"), THREE)
            .windowBytes(700)
            .clock(clock)
            .start();
    private final App shop = broadcaster.app("shop");
    private final Topic orders = shop.topic("orders");
    private final Topic shortTopic = shop.topic("short");

    @AfterEach
    void close() {
        broadcaster.close();
    }

    private RecordingSubscriber read(Topic topic, StartAt startAt) {
        return RecordingSubscriber.of(shop, topic.name(), startAt);
    }

    private static void publish(Topic topic, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> topic.publish("" + i));
    }

    @Test
    void aLiveReaderGetsWhatIsPublishedOnceItReads() {
        orders.publish("1");
        try (RecordingSubscriber reader = read(orders, StartAt.live())) {
            reader.expectNothing();
            publish(orders, 2, 3);
            assertThat(reader.messages(2)).containsExactly("2", "3");
        }
    }

    @Test
    void snapshotReplayAndLiveJoinWithoutAHole() {
        orders.publish("1");
        orders.publish(Event.json("2").asSnapshot());
        orders.publish("3");
        try (RecordingSubscriber reader = read(orders, StartAt.snapshot())) {
            orders.publish("4");
            assertThat(reader.event().isSnapshot()).isTrue();
            assertThat(reader.messages(2)).containsExactly("3", "4");
        }
    }

    @Test
    void aReaderThatComesBackGetsExactlyWhatFollowsItsPosition() {
        publish(orders, 1, 3);
        String position = orders.publish("4").position().toString();
        publish(orders, 5, 6);
        try (RecordingSubscriber reader = read(orders, StartAt.after(position))) {
            assertThat(reader.messages(2)).containsExactly("5", "6");
            reader.expectNothing();
        }
    }

    @Test
    void whatHistoryHasLostIsToldByItsNumber() {
        Position first = shortTopic.publish("1").position();
        publish(shortTopic, 2, 6);
        try (RecordingSubscriber reader = read(shortTopic, StartAt.after(first))) {
            Delivery.Gap gap = reader.gap();
            assertThat(gap.cause()).isEqualTo(Delivery.Cause.TRUNCATED);
            assertThat(gap.missed()).hasValue(2);
            Received next = reader.event();
            assertThat(next.message()).isEqualTo("4");
            assertThat(next.missed()).hasValue(2);
            assertThat(reader.messages(2)).containsExactly("5", "6");
        }
    }

    @Test
    void aReaderThatFellOutOfHistoryWhileConnectedIsToldThatItWasSlow() {
        try (RecordingSubscriber reader = read(shortTopic, StartAt.live())) {
            IntStream.rangeClosed(1, 8).forEach(i -> shortTopic.publish("\"a message of many bytes " + i + "\""));
            Delivery.Gap gap = reader.gap();
            assertThat(gap.cause()).isEqualTo(Delivery.Cause.SLOW);
            assertThat(gap.missed()).hasValue(5);
            assertThat(reader.messages(3)).hasSize(3);
        }
    }

    @Test
    void onlyConflatableEventsAreLeftOutAndNeverTheNewest() {
        try (RecordingSubscriber reader = read(orders, StartAt.live())) {
            for (int i = 1; i <= 4; i++) {
                orders.publish(Event.json("" + i).asConflatable());
            }
            orders.publish("5");
            Received newest = reader.event();
            assertThat(newest.message()).isEqualTo("4");
            assertThat(newest.conflated()).isEqualTo(3);
            assertThat(reader.messages(1)).containsExactly("5");
        }
    }

    @Test
    void eventsLeftOutForOneThatIsLostThenCountAsMissed() {
        shortTopic.publish(Event.json("1").asConflatable());
        try (RecordingSubscriber reader = read(shortTopic, StartAt.earliest())) {
            shortTopic.publish("2");
            shortTopic.publish(Event.json("3").asConflatable());
            IntStream.rangeClosed(4, 9).forEach(i -> shortTopic.publish("\"a message of many bytes " + i + "\""));
            assertThat(reader.gap().missed()).isEqualTo(OptionalLong.of(6));
            assertThat(reader.messages(3)).hasSize(3);
        }
    }

    @Test
    void aReaderThatKeepsUpIsSparedNothing() {
        try (RecordingSubscriber reader = read(orders, StartAt.live())) {
            for (int i = 1; i <= 3; i++) {
                orders.publish(Event.json("" + i).asConflatable());
                assertThat(reader.event().conflated()).isZero();
            }
        }
    }

    @Test
    void theLastEventIsDeliveredAndThenTheEnd() {
        try (RecordingSubscriber reader = read(orders, StartAt.live())) {
            orders.publish("1");
            Position last = orders.publish(Event.json("2").closing(DONE)).position();
            assertThat(reader.messages(2)).containsExactly("1", "2");
            assertThat(reader.end()).isEqualTo(new Delivery.Ended("orders", DONE, last));
            assertThat(reader.isEnded()).isTrue();
        }
    }

    @Test
    void whoeverComesAfterTheEndGetsTheSnapshotAndTheEnd() {
        orders.publish("1");
        Position last =
                orders.publish(Event.json("2").asSnapshot().closing(DONE)).position();
        try (RecordingSubscriber late = read(orders, StartAt.live());
                RecordingSubscriber complete = read(orders, StartAt.earliest());
                RecordingSubscriber back = read(orders, StartAt.after(last))) {
            assertThat(late.event().isSnapshot()).isTrue();
            assertThat(late.end().reason()).isEqualTo(DONE);
            assertThat(complete.messages(2)).containsExactly("1", "2");
            assertThat(complete.end().reason()).isEqualTo(DONE);
            assertThat(back.end().reason()).isEqualTo(DONE);
        }
    }

    @Test
    void aDropEndsEveryReaderAndTheNextLifeIsNotTheirs() {
        orders.publish("1");
        try (RecordingSubscriber reader = read(orders, StartAt.live())) {
            orders.publish("2");
            orders.drop();
            orders.publish("3");
            assertThat(reader.messages(1)).containsExactly("2");
            assertThat(reader.end().reason()).isEqualTo(CloseReason.DROPPED);
            reader.expectNothing();
        }
    }

    @Test
    void aReaderThatComesBackToADroppedTopicIsToldThatItHasEnded() {
        Position first = orders.publish("1").position();
        orders.publish("2");
        orders.drop();
        try (RecordingSubscriber reader = read(orders, StartAt.after(first))) {
            assertThat(reader.gap().missed()).hasValue(1);
            assertThat(reader.end().reason()).isEqualTo(CloseReason.DROPPED);
        }
    }

    @Test
    void aReaderOfAnotherLifeIsToldSo() {
        Position old = orders.publish("1").position();
        orders.drop();
        orders.publish("2");
        try (RecordingSubscriber reader = read(orders, StartAt.after(old))) {
            assertThat(reader.gap().cause()).isEqualTo(Delivery.Cause.EPOCH);
            assertThat(reader.messages(1)).containsExactly("2");
        }
    }

    @Test
    void aReaderThatWaitsForALifeGetsAllOfItEvenIfItIsOverBeforeThePoll() {
        try (RecordingSubscriber reader = read(orders, StartAt.live())) {
            publish(orders, 1, 2);
            orders.drop();
            orders.publish("3");
            assertThat(reader.messages(2)).containsExactly("1", "2");
            assertThat(reader.end().reason()).isEqualTo(CloseReason.DROPPED);
        }
    }

    @Test
    void aReaderThatHasNotPolledYetStillEndsWithItsLife() {
        orders.publish("1");
        try (RecordingSubscriber reader = read(orders, StartAt.earliest())) {
            orders.drop();
            orders.publish("2");
            assertThat(reader.messages(1)).containsExactly("1");
            assertThat(reader.end().reason()).isEqualTo(CloseReason.DROPPED);
        }
    }

    @Test
    void aLiveReaderGetsNothingOfALifeThatTheStoreHasForgotten() {
        orders.publish("1");
        try (RecordingSubscriber first = read(orders, StartAt.earliest())) {
            orders.publish(Event.json("2").closing(DONE));
            assertThat(first.messages(2)).hasSize(2);
            first.end();
            clock.advance(TopicPolicy.DEFAULT.tombstoneAge().plusSeconds(20));
            try (RecordingSubscriber second = read(orders, StartAt.live())) {
                second.expectNothing();
                orders.publish("3");
                assertThat(second.messages(1)).containsExactly("3");
            }
        }
    }

    @Test
    void aPositionThatCannotBeReadIsAGapThenWhatSurvives() {
        publish(orders, 1, 2);
        try (RecordingSubscriber reader = read(orders, StartAt.after("no position"))) {
            Delivery.Gap gap = reader.gap();
            assertThat(gap.cause()).isEqualTo(Delivery.Cause.UNKNOWN_POSITION);
            assertThat(gap.missed()).isEmpty();
            assertThat(reader.messages(2)).containsExactly("1", "2");
        }
    }

    @Test
    void allReadersShareOneEncodingOfAnEvent() {
        try (RecordingSubscriber one = read(orders, StartAt.live());
                RecordingSubscriber other = read(orders, StartAt.live())) {
            orders.publish("1");
            assertThat(one.event().json()).isSameAs(other.event().json());
        }
    }

    @Test
    void aForkDeliversTheSameFromTheSamePlace() {
        try (RecordingSubscriber reader = read(orders, StartAt.live())) {
            publish(orders, 1, 3);
            assertThat(reader.poll(1)).hasSize(1);
            try (RecordingSubscriber fork = reader.fork()) {
                assertThat(fork.cursor().isLevelWith(reader.cursor())).isTrue();
                assertThat(reader.messages(2)).containsExactly("2", "3");
                assertThat(fork.cursor().isLevelWith(reader.cursor())).isFalse();
                assertThat(fork.messages(2)).containsExactly("2", "3");
                assertThat(fork.cursor().isLevelWith(reader.cursor())).isTrue();
            }
        }
    }

    @Test
    void anEventReachesEveryOneOfAThousandReaders() {
        List<RecordingSubscriber> readers = IntStream.range(0, 1000)
                .mapToObj(i -> read(orders, StartAt.live()))
                .toList();
        publish(orders, 1, 5);
        assertThat(readers)
                .allSatisfy(reader -> assertThat(reader.messages(5)).containsExactly("1", "2", "3", "4", "5"));
        readers.forEach(RecordingSubscriber::close);
    }

    @Test
    void appsDoNotSeeEachOther() {
        Topic theirs = broadcaster.app("office").topic("orders");
        try (RecordingSubscriber reader = read(orders, StartAt.live());
                RecordingSubscriber all = RecordingSubscriber.of(shop, "**", StartAt.live())) {
            theirs.publish("1");
            theirs.drop();
            reader.expectNothing();
            all.expectNothing();
            assertThat(orders.state()).isEmpty();
        }
    }

    @Test
    void aThousandReadersWhoComeTogetherShareOneRead() {
        FaultyBackend way = FaultyBackend.before(MemoryBackend.create());
        try (Broadcaster slow = Broadcaster.on(way)) {
            App app = slow.app("shop");
            publish(app.topic("parcels/1"), 1, 3);
            Selection all = Selection.of(TopicPattern.of("parcels/1"), StartAt.earliest());
            app.open(all, () -> {}).toCompletableFuture().join(); // its node hears of the topic from then on
            way.holdReads();
            List<CompletableFuture<Cursor>> opening = IntStream.range(0, 1_000)
                    .mapToObj(i -> app.open(all, () -> {}).toCompletableFuture())
                    .toList();
            assertThat(way.heldReads()).isEqualTo(1);
            way.releaseReads();
            assertThat(opening)
                    .allSatisfy(opened -> assertThat(opened.join().poll(1_000)).hasSize(3));
        }
    }

    /// Its position says that it has been given.
    @Test
    void whatIsAtHandWhenAnotherThreadClosesIsGiven() {
        Receipt receipt = shop.topic("parcels/1").publish("1");
        AtomicReference<Subscription<String>> self = new AtomicReference<>();
        Selection all = Selection.of(TopicPattern.of("parcels/1"), StartAt.earliest());
        try (Subscription<String> reader = Subscription.open(shop, all, delivery -> {
            self.get().close();
            return delivery.topic();
        })) {
            self.set(reader);
            assertThat(reader.next(Duration.ZERO)).contains("parcels/1");
            assertThat(reader.position()).isEqualTo(receipt.position().toString());
            assertThat(reader.next(Duration.ZERO)).isEmpty();
        }
    }

    @Test
    void aBackendThatIsInUseIsRefusedToOthersAndStaysAsItIs() {
        MemoryBackend backend = MemoryBackend.create();
        try (Broadcaster first = Broadcaster.on(backend)) {
            first.app("shop").topic("parcels/1").publish("1");
            assertThatThrownBy(() -> Broadcaster.on(backend)).isInstanceOf(IllegalStateException.class);
            try (RecordingSubscriber reader =
                    RecordingSubscriber.of(first.app("shop"), "parcels/1", StartAt.earliest())) {
                assertThat(reader.messages(1)).containsExactly("1");
            }
        }
    }

    /// Whoever takes one at a time must be able to come back after each.
    @Test
    void aPollForOneGivesOneThoughItBeAGap() {
        publish(shop.topic("parcels/1"), 1, 3);
        for (String pattern : List.of("parcels/1", "parcels/*")) {
            try (RecordingSubscriber reader = RecordingSubscriber.of(shop, pattern, StartAt.after("no position"))) {
                assertThat(reader.poll(1)).hasSize(1).hasOnlyElementsOfType(Delivery.Gap.class);
                assertThat(reader.poll(1)).hasSize(1).hasOnlyElementsOfType(Received.class);
                reader.ready();
            }
        }
    }
}
