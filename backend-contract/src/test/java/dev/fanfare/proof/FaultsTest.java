package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.fanfare.App;
import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.TopicPattern;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.FaultyBackend;
import dev.fanfare.contract.FaultyBackend.News;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.SharedMemory;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.BackendHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A node whose way to the store fails, beside one whose way is sound.
@ExtendWith(ThreadLeaks.class)
class FaultsTest {
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(2);
    private static final Duration RESYNC = Duration.ofSeconds(20);
    private static final Duration RETRY = Duration.ofMillis(250);

    private final ManualClock clock = new ManualClock();
    private final SharedMemory store = new SharedMemory(clock);
    private final FaultyBackend way = FaultyBackend.before(store.open());
    private final Broadcaster node = Broadcaster.builder(way).clock(clock).start();
    private final Broadcaster soundNode =
            Broadcaster.builder(store.open()).clock(clock).start();
    private final App shop = node.app("shop");
    private final Topic orders = shop.topic("orders");
    private final Topic elsewhere = soundNode.app("shop").topic("orders");

    @AfterEach
    void close() {
        node.close();
        soundNode.close();
    }

    private RecordingSubscriber read(String pattern, StartAt startAt) {
        return RecordingSubscriber.of(shop, pattern, startAt);
    }

    private static void publish(Topic topic, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> topic.publish("" + i));
    }

    @ParameterizedTest
    @EnumSource(News.class)
    void whateverHappensToNewsTheSequenceIsExact(News fate) {
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            publish(elsewhere, 1, 3);
            way.news(fate);
            publish(elsewhere, 4, 20);
            way.releaseNews(new Random(fate.hashCode()));
            way.news(News.PASSED_ON);
            publish(elsewhere, 21, 22);

            List<String> all =
                    IntStream.rangeClosed(1, 22).mapToObj(i -> "" + i).toList();
            assertThat(reader.messages(22)).isEqualTo(all);
            reader.expectNothing();
        }
    }

    @Test
    void aLostWakeIsMadeGoodByTheComparisonWithTheStore() {
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            way.news(News.LOST);
            elsewhere.publish("1");
            reader.expectNothing();
            clock.advance(RESYNC);
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    @Test
    void aStoreThatComesBackIsAskedAboutManyTopicsInFewReads() {
        List<Cursor> readers = IntStream.range(0, 2_000)
                .mapToObj(i -> Selection.of(TopicPattern.of("orders/" + i), StartAt.live()))
                .map(selection ->
                        shop.open(selection, () -> {}).toCompletableFuture().join())
                .toList();
        way.cut();
        IntStream.range(0, 2_000)
                .forEach(i -> soundNode.app("shop").topic("orders/" + i).publish("1"));
        way.holdReads();
        way.mend();
        assertThat(way.heldReads()).isBetween(1, 2);

        way.releaseReads();
        assertThat(readers).allSatisfy(reader -> assertThat(reader.poll(1_000)).hasSize(1));
        readers.forEach(Cursor::close);
    }

    @Test
    void aComparisonThatFailsHoldsUpNoNews() {
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            elsewhere.publish("1");
            way.failReads(true);
            clock.advance(RESYNC);
            elsewhere.publish("2");
            assertThat(reader.messages(2)).containsExactly("1", "2");

            way.news(News.LOST);
            elsewhere.publish("3");
            way.failReads(false);
            clock.advance(RETRY);
            assertThat(reader.messages(1)).containsExactly("3");
        }
    }

    @Test
    void aTopicWhoseAppearanceWasLostIsFoundByTheComparisonWithTheStore() {
        try (RecordingSubscriber reader = read("*", StartAt.live())) {
            way.news(News.LOST);
            elsewhere.publish("1");
            reader.expectNothing();
            clock.advance(RESYNC);
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    @Test
    void aTopicThatAppearedWhileTheLivePathWasCutIsFoundAfterwards() {
        try (RecordingSubscriber reader = read("*", StartAt.live())) {
            way.cut();
            elsewhere.publish("1");
            reader.expectNothing();
            way.mend();
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    @Test
    void aLifeThatBeganAndEndedWhileTheLivePathWasCutIsFoundAfterwards() {
        elsewhere.publish(Event.json("0").closing(CloseReason.COMPLETE));
        try (RecordingSubscriber reader = read("*", StartAt.live())) {
            way.cut();
            soundNode.app("shop").topic("sales").publish(Event.json("1").closing(CloseReason.COMPLETE));
            reader.expectNothing();
            way.mend();
            assertThat(reader.messages(1)).containsExactly("1");
            assertThat(reader.end().topic()).isEqualTo("sales");
            reader.expectNothing();
        }
    }

    @Test
    void aComparisonWithTheStoreFindsNoLifeASecondTime() {
        try (RecordingSubscriber reader = read("*", StartAt.live())) {
            for (int i = 0; i < 200; i++) { // more than a place says
                shop.topic("orders-" + i).publish(Event.json("" + i).closing(CloseReason.COMPLETE));
                assertThat(reader.messages(1)).containsExactly("" + i);
                reader.end();
            }
            for (int second = 0; second < 60; second += 5) {
                way.cut();
                way.mend();
                reader.expectNothing();
                clock.advance(Duration.ofSeconds(5));
            }
        }
    }

    @Test
    void anAnnouncementThatComesWhenTheLifeHasBeenReadIsNoNews() {
        try (RecordingSubscriber reader = read("*", StartAt.live())) {
            way.news(News.HELD);
            elsewhere.publish(Event.json("1").closing(CloseReason.COMPLETE));
            clock.advance(RESYNC);
            assertThat(reader.messages(1)).containsExactly("1");
            reader.end();
            way.news(News.PASSED_ON);
            for (int i = 0; i < 200; i++) { // more than a place says
                shop.topic("orders-" + i).publish("" + i);
            }
            assertThat(reader.messages(200)).hasSize(200);
            way.releaseNews();
            reader.expectNothing();
        }
    }

    @Test
    void aTopicThatMovesOnInTheMiddleOfEveryReadIsFollowed() {
        AtomicInteger moves = new AtomicInteger(10_000);
        way.duringReads(() -> {
            if (moves.getAndDecrement() > 0) {
                elsewhere.publish("0");
            }
        });
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            orders.publish("1");
            while (!reader.messages(1).contains("1")) {
                assertThat(moves.get()).isNotPositive(); // what came while it subscribed
            }
            reader.expectNothing();
        }
    }

    @Test
    void aLifeThatBeginsWhileTheStoreIsAskedForItIsFound() {
        try (RecordingSubscriber reader = read("*", StartAt.live())) {
            orders.publish("1");
            assertThat(reader.messages(1)).containsExactly("1");
            way.holdReads();
            Receipt last = elsewhere.publish(Event.json("2").closing(CloseReason.COMPLETE));
            assertThat(reader.messages(1)).containsExactly("2");
            reader.end();
            reader.expectNothing(); // the store is asked whether there is a next life, and its answer is on the way

            elsewhere.publish(Event.json("3").expecting(last.position()));
            reader.expectNothing();
            way.releaseReads();
            assertThat(reader.messages(1)).containsExactly("3");
            reader.expectNothing();
        }
    }

    @Test
    void readsThatAnswerLateDisturbNothing() {
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            way.news(News.HINTED);
            way.holdReads();
            publish(elsewhere, 1, 5);
            reader.expectNothing();
            way.releaseReads();
            assertThat(reader.messages(5)).containsExactly("1", "2", "3", "4", "5");
        }
    }

    @Test
    void aCutThatNobodyNoticesCostsNothing() {
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            for (int i = 1; i <= 50; i++) {
                way.cut();
                elsewhere.publish("" + i);
                way.mend();
                assertThat(reader.messages(1)).containsExactly("" + i);
            }
        }
    }

    @Test
    void whileTheStoreIsAwayPublishingAndSubscribingFail() {
        way.goAway();

        assertThatThrownBy(() -> orders.publish("1"))
                .asInstanceOf(type(BackendUnavailableException.class))
                .returns(false, BackendUnavailableException::mayBeStored)
                .returns("store_unavailable", BackendUnavailableException::code);
        assertThatThrownBy(() -> orders.subscribe(StartAt.live())).isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(() -> shop.subscribe("*", StartAt.live())).isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(orders::state).isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(orders::drop).isInstanceOf(BackendUnavailableException.class);
        assertThat(node.health().available()).isFalse();

        way.comeBack();
        assertThat(orders.publish("1").position().offset()).isEqualTo(1);
    }

    @Test
    void subscribingFailsWhileTheStoreIsAwayAlsoWhereOthersRead() {
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            way.goAway();
            assertThatThrownBy(() -> orders.subscribe(StartAt.live())).isInstanceOf(BackendUnavailableException.class);
            way.comeBack();
            elsewhere.publish("1");
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    @Test
    void openReadersStayAndAreCaughtUpWithNoOnesHelp() {
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            way.goAway();
            publish(elsewhere, 1, 3);
            reader.expectNothing();
            assertThat(reader.isEnded()).isFalse();
            way.comeBack();
            assertThat(reader.messages(3)).containsExactly("1", "2", "3");
        }
    }

    @Test
    void aReaderWhoseEventsAreGoneWhenTheStoreIsBackIsTold() {
        elsewhere.publish("0");
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            way.goAway();
            publish(elsewhere, 1, 3);
            clock.advance(TopicPolicy.DEFAULT.historyAge());
            elsewhere.publish("4");
            way.comeBack();
            clock.advance(RESYNC);
            assertThat(reader.gap().missed()).hasValue(3);
            assertThat(reader.event().message()).isEqualTo("4");
        }
    }

    @Test
    void theEndThatCameWhileTheStoreWasAwayIsDelivered() {
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            way.goAway();
            elsewhere.publish("1");
            elsewhere.publish(Event.json("2").closing(CloseReason.COMPLETE));
            way.comeBack();
            assertThat(reader.messages(2)).containsExactly("1", "2");
            assertThat(reader.end().reason()).isEqualTo(CloseReason.COMPLETE);
        }
    }

    @Test
    void aNewLifeThatBeganWhileTheStoreWasAwayIsToldByAGap() {
        elsewhere.publish("1");
        try (RecordingSubscriber reader = read("orders", StartAt.live())) {
            way.goAway();
            elsewhere.drop();
            elsewhere.publish("2");
            way.comeBack();
            assertThat(reader.gap().cause()).isEqualTo(Delivery.Cause.EPOCH);
            assertThat(reader.messages(1)).containsExactly("2");
        }
    }

    @Test
    void outagesAreToldToWhoeverAsksForThem() throws Exception {
        List<BackendHealth> told = new ArrayList<>();
        try (AutoCloseable telling = node.onHealth(told::add)) {
            assertThat(telling).isNotNull();
            way.goAway();
            way.comeBack();
        }
        way.goAway();

        assertThat(told).extracting(BackendHealth::available).containsExactly(false, true);
        assertThat(told.get(0).detail()).isNotEmpty();
    }

    @Test
    void aSilentStoreIsAnErrorAfterTwoSeconds() {
        way.holdReads();
        CompletableFuture<?> opening = shop.open(Selection.of(TopicPattern.of("orders"), StartAt.earliest()), () -> {})
                .toCompletableFuture();
        assertThat(opening).isNotDone();
        clock.advance(LONGEST_ANSWER);

        assertThat(opening).isCompletedExceptionally();
        assertThatThrownBy(opening::join).hasRootCauseInstanceOf(BackendUnavailableException.class);
        way.releaseReads();
        elsewhere.publish("1");
        try (RecordingSubscriber reader = read("orders", StartAt.earliest())) {
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    @Test
    void aPublishWhoseAnswerWasLostIsStoredOnceWhenItIsTriedAgainWithItsKey() {
        Event event = Event.json("1").withIdempotencyKey("order-1");
        way.loseAnswers(true);
        assertThatThrownBy(() -> orders.publish(event))
                .asInstanceOf(type(BackendUnavailableException.class))
                .returns(true, BackendUnavailableException::mayBeStored);
        way.loseAnswers(false);

        assertThat(orders.publish(event).duplicate()).isTrue();
        assertThat(orders.publish("2").position().offset()).isEqualTo(2);
    }
}
