package dev.fanfare.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.CloseReason;
import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.Topic;
import dev.fanfare.TopicPattern;
import dev.fanfare.contract.RecordingSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Where subscriptions start, how they go on, and how they end.
interface SubscriptionRules extends Rules {
    @Test
    default void aSubscriptionStartsWhereItIsTold() {
        Topic stock = topic("stock");
        List<Receipt> receipts = Rules.publish(stock, 1, 2);
        stock.publish(Event.json("3").asSnapshot());
        stock.publish("4");
        try (RecordingSubscriber live = subscribe("stock", StartAt.live());
                RecordingSubscriber earliest = subscribe("stock", StartAt.earliest());
                RecordingSubscriber snapshot = subscribe("stock", StartAt.snapshot());
                RecordingSubscriber after =
                        subscribe("stock", StartAt.after(receipts.get(1).position()))) {
            stock.publish("5");
            assertThat(live.messages(1)).containsExactly("5");
            assertThat(earliest.messages(5)).isEqualTo(Rules.numbers(1, 5));
            assertThat(snapshot.next())
                    .matches(delivery -> delivery.json().utf8().contains("\"snapshot\":true"));
            assertThat(snapshot.messages(2)).containsExactly("4", "5");
            assertThat(after.messages(3)).containsExactly("3", "4", "5");
        }
    }

    @Test
    default void aSubscriptionWaitsForATopicThatDoesNotExistYet() {
        try (RecordingSubscriber live = subscribe("stock", StartAt.live());
                RecordingSubscriber none = subscribe("stock", StartAt.after(Position.NONE))) {
            Rules.publish(topic("stock"), 1, 3);
            assertThat(live.messages(3)).isEqualTo(Rules.numbers(1, 3));
            assertThat(none.messages(3)).isEqualTo(Rules.numbers(1, 3));
        }
    }

    @Test
    default void aPositionThatCannotBeReadIsAGap() {
        Rules.publish(topic("stock"), 1, 2);
        try (RecordingSubscriber reader = subscribe("stock", StartAt.after("yesterday"))) {
            assertThat(reader.gap().cause()).isEqualTo(Delivery.Cause.UNKNOWN_POSITION);
            assertThat(reader.messages(2)).containsExactly("1", "2");
        }
    }

    @Test
    default void whoHasBeenToldOfAGapStandsBeforeWhatFollows() {
        Rules.publish(topic("stock"), 1, 2);
        String position;
        try (Subscription<Delivery> reader = topic("stock").subscribe(StartAt.after("yesterday"))) {
            assertThat(reader.next(DEADLINE).orElseThrow()).isInstanceOf(Delivery.Gap.class);
            position = reader.position();
        }
        try (RecordingSubscriber again = subscribe("stock", StartAt.after(position))) {
            assertThat(again.messages(2)).containsExactly("1", "2");
        }
    }

    @Test
    default void whatHistoryHasLostIsAGapThatCounts() {
        List<Receipt> receipts = Rules.publish(topic("short/stock"), 1, 10);
        try (RecordingSubscriber reader =
                subscribe("short/stock", StartAt.after(receipts.get(0).position()))) {
            Delivery.Gap gap = reader.gap();
            assertThat(gap.cause()).isEqualTo(Delivery.Cause.TRUNCATED);
            assertThat(gap.from()).isEqualTo(receipts.get(0).position());
            long missed = gap.missed().orElseThrow();
            var first = reader.event();
            assertThat(first.missed()).hasValue(missed);
            assertThat(Integer.parseInt(first.message())).isEqualTo(2 + missed);
            reader.messages((int) (8 - missed));
        }
    }

    @Test
    default void anotherLifeOfTheTopicIsAGap() {
        Receipt old = topic("stock").publish("1");
        topic("stock").drop();
        topic("stock").publish("2");
        try (RecordingSubscriber reader = subscribe("stock", StartAt.after(old.position()))) {
            assertThat(reader.gap().cause()).isEqualTo(Delivery.Cause.EPOCH);
            assertThat(reader.event().message()).isEqualTo("2");
        }
    }

    @Test
    default void aReaderResumesExactlyWhereItStood() {
        Rules.publish(topic("stock"), 1, 9);
        String position = "";
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            StartAt start = position.isEmpty() ? StartAt.earliest() : StartAt.after(position);
            try (Subscription<Delivery> reader = topic("stock").subscribe(start)) {
                seen.add(Rules.shown(reader.next(DEADLINE).orElseThrow()));
                position = reader.position();
            }
        }
        assertThat(seen).isEqualTo(Rules.numbers(1, 9));
    }

    @Test
    default void aReaderOfSeveralResumesExactlyWhereItStood() {
        for (int i = 1; i <= 4; i++) {
            topic("a").publish("\"a" + i + "\"");
            topic("b").publish("\"b" + i + "\"");
            topic("c/x").publish("\"c" + i + "\"");
        }
        String position = "";
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            StartAt start = position.isEmpty() ? StartAt.earliest() : StartAt.after(position);
            Selection selection = Selection.of(TopicPattern.of("a"), start)
                    .and(TopicPattern.of("b"), start)
                    .and(TopicPattern.of("c/*"), start);
            try (Subscription<Delivery> reader = app().subscribe(selection)) {
                seen.add(Rules.shown(reader.next(DEADLINE).orElseThrow()));
                position = reader.position();
            }
        }
        for (String name : List.of("a", "b", "c")) {
            assertThat(seen.stream().filter(message -> message.contains(name)))
                    .containsExactly(
                            "\"" + name + "1\"", "\"" + name + "2\"", "\"" + name + "3\"", "\"" + name + "4\"");
        }
    }

    @Test
    default void aPatternFindsTopicsThatAppearAndReadsThemFromTheirFirstEvent() {
        topic("orders/1").publish("\"before\"");
        try (RecordingSubscriber one = subscribe("orders/*", StartAt.live());
                RecordingSubscriber rest = subscribe("orders/**", StartAt.live())) {
            topic("orders/2").publish("\"first\"");
            topic("orders/2").publish("\"second\"");
            topic("orders/2/items").publish("\"deep\"");
            topic("other").publish("\"other\"");
            topic("orders/1").publish("\"after\"");
            assertThat(new TreeSet<>(one.messages(3))).isEqualTo(Set.of("\"first\"", "\"second\"", "\"after\""));
            assertThat(new TreeSet<>(rest.messages(4)))
                    .isEqualTo(Set.of("\"first\"", "\"second\"", "\"deep\"", "\"after\""));
        }
    }

    @Test
    default void eachTopicOfASelectionStartsWhereItIsTold() {
        Receipt first = topic("a").publish("\"a1\"");
        topic("a").publish("\"a2\"");
        Receipt second = topic("b").publish("\"b1\"");
        topic("b").publish("\"b2\"");
        topic("c").publish("\"c1\"");
        topic("d").publish("\"d1\"");
        Selection selection = Selection.of(TopicPattern.of("a"), StartAt.after(first.position()))
                .and(TopicPattern.of("b"), StartAt.after(second.position()))
                .and(TopicPattern.of("c"), StartAt.earliest())
                .and(TopicPattern.of("d"), StartAt.live());
        String position;
        try (RecordingSubscriber reader = RecordingSubscriber.of(app(), selection)) {
            assertThat(new TreeSet<>(reader.messages(3))).isEqualTo(Set.of("\"a2\"", "\"b2\"", "\"c1\""));
            topic("d").publish("\"d2\"");
            assertThat(reader.event().message()).isEqualTo("\"d2\"");
            position = reader.position();
        }
        topic("b").publish("\"b3\"");
        StartAt back = StartAt.after(position);
        Selection again = Selection.of(TopicPattern.of("a"), back)
                .and(TopicPattern.of("b"), back)
                .and(TopicPattern.of("c"), back)
                .and(TopicPattern.of("d"), back);
        try (RecordingSubscriber reader = RecordingSubscriber.of(app(), again)) {
            assertThat(reader.event().message()).isEqualTo("\"b3\"");
        }
    }

    @Test
    default void aClosedTopicHandsOutItsSnapshotAndItsEnd() {
        topic("stock").publish(Event.json("1").asSnapshot());
        Receipt last = topic("stock").publish(Event.json("2").closing(new CloseReason("sold out")));
        for (StartAt start : List.of(StartAt.live(), StartAt.snapshot(), StartAt.earliest())) {
            try (RecordingSubscriber reader = subscribe("stock", start)) {
                assertThat(reader.messages(2)).containsExactly("1", "2");
                assertThat(reader.end())
                        .isEqualTo(new Delivery.Ended("stock", new CloseReason("sold out"), last.position()));
                assertThat(reader.isEnded()).isTrue();
            }
        }
    }

    @Test
    default void whoeverComesBackToTheEndIsToldOfItAgain() {
        Receipt last = topic("stock").publish(Event.json("1").closing(new CloseReason("sold out")));
        try (RecordingSubscriber reader = subscribe("stock", StartAt.after(last.position()))) {
            assertThat(reader.end().reason().text()).isEqualTo("sold out");
            assertThat(reader.isEnded()).isTrue();
        }
        Receipt dropped = topic("other").publish("1");
        topic("other").drop();
        try (RecordingSubscriber reader = subscribe("other", StartAt.after(dropped.position()))) {
            assertThat(reader.end().reason()).isEqualTo(CloseReason.DROPPED);
        }
    }

    @Test
    default void aSelectionEndsWhenAllItsTopicsHaveEnded() {
        Selection both = Selection.of(TopicPattern.of("a"), StartAt.live()).and(TopicPattern.of("b"), StartAt.live());
        try (RecordingSubscriber reader = RecordingSubscriber.of(app(), both)) {
            topic("a").publish(Event.json("1").closing(new CloseReason("over")));
            assertThat(reader.messages(1)).containsExactly("1");
            assertThat(reader.end().topic()).isEqualTo("a");
            assertThat(reader.isEnded()).isFalse();
            topic("b").publish("2");
            assertThat(reader.messages(1)).containsExactly("2");
            topic("b").drop();
            assertThat(reader.end().topic()).isEqualTo("b");
            assertThat(reader.isEnded()).isTrue();
        }
    }

    @Test
    default void aForkStandsWhereItsCursorStood() {
        topic("stock").publish("1");
        try (RecordingSubscriber reader = subscribe("stock", StartAt.earliest())) {
            assertThat(reader.messages(1)).containsExactly("1");
            Rules.publish(topic("stock"), 2, 4);
            try (RecordingSubscriber fork = reader.fork()) {
                assertThat(reader.messages(3)).isEqualTo(Rules.numbers(2, 4));
                assertThat(fork.messages(3)).isEqualTo(Rules.numbers(2, 4));
                assertThat(fork.cursor().isLevelWith(reader.cursor())).isTrue();
                topic("stock").publish("5");
                assertThat(fork.messages(1)).containsExactly("5");
                assertThat(fork.cursor().isLevelWith(reader.cursor())).isFalse();
                assertThat(reader.messages(1)).containsExactly("5");
            }
        }
    }

    @Test
    default void anIterationStopsAtTheEnd() {
        Rules.publish(topic("stock"), 1, 3);
        topic("stock").publish(Event.json("4").closing(new CloseReason("over")));
        List<String> seen = new ArrayList<>();
        try (Subscription<Delivery> reader = topic("stock").subscribe(StartAt.earliest())) {
            reader.forEach(delivery -> seen.add(Rules.shown(delivery)));
        }
        assertThat(seen).containsExactly("1", "2", "3", "4", "end over");
    }

    @Test
    default void aWaitWithATimeoutComesBackEmptyWhileNothingHappens() {
        try (Subscription<Delivery> reader = topic("stock").subscribe(StartAt.live())) {
            assertThat(reader.next(Duration.ofMillis(1))).isEmpty();
            assertThat(reader.isEnded()).isFalse();
            topic("stock").publish("1");
            assertThat(reader.next(DEADLINE).map(Rules::shown)).contains("1");
        }
    }

    @Test
    default void aCallbackGetsAllAndLearnsOfTheEnd() throws Exception {
        List<String> seen = new ArrayList<>();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (Subscription<Delivery> reader = topic("stock").subscribe(StartAt.live())) {
            var done = reader.onEach(executor, delivery -> seen.add(Rules.shown(delivery)));
            Rules.publish(topic("stock"), 1, 2);
            topic("stock").publish(Event.json("3").closing(new CloseReason("over")));
            done.toCompletableFuture().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            assertThat(seen).containsExactly("1", "2", "3", "end over");
        } finally {
            executor.shutdown();
        }
    }

    @Test
    default void aPublisherGivesNoMoreThanIsAskedFor() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        Demanding subscriber = new Demanding();
        try (Subscription<Delivery> reader = topic("stock").subscribe(StartAt.live())) {
            reader.publisher(executor).subscribe(subscriber);
            Rules.publish(topic("stock"), 1, 4);
            topic("stock").publish(Event.json("5").closing(new CloseReason("over")));
            assertThat(subscriber.over.await(DEADLINE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(subscriber.seen).containsExactly("1", "2", "3", "4", "5", "end over");
        } finally {
            executor.shutdown();
        }
    }

    @Test
    default void closingASubscriptionEndsAWait() throws Exception {
        Subscription<Delivery> reader = topic("stock").subscribe(StartAt.live());
        CountDownLatch ended = new CountDownLatch(1);
        Thread waiting = new Thread(() -> {
            reader.forEach(delivery -> {});
            ended.countDown();
        });
        waiting.start();
        reader.close();
        assertThat(ended.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(reader.isEnded()).isTrue();
    }

    @Test
    default void closingTheBroadcasterEndsEverySubscription() throws Exception {
        CountDownLatch woken = new CountDownLatch(1);
        Selection stock = Selection.of(TopicPattern.of("stock"), StartAt.live());
        Cursor cursor =
                app().open(stock, woken::countDown).toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(cursor.poll(1)).isEmpty();
        broadcaster().close();
        assertThat(woken.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(cursor.isEnded()).isTrue();
        assertThat(cursor.poll(1)).isEmpty();
    }

    /// Asks for one at a time.
    final class Demanding implements Flow.Subscriber<Delivery> {
        private final List<String> seen = new ArrayList<>();
        private final CountDownLatch over = new CountDownLatch(1);
        private Flow.Subscription subscription;
        private boolean asked;

        @Override
        public void onSubscribe(Flow.Subscription newSubscription) {
            subscription = newSubscription;
            ask();
        }

        @Override
        public void onNext(Delivery delivery) {
            assertThat(asked).isTrue();
            asked = false;
            seen.add(Rules.shown(delivery));
            ask();
        }

        private void ask() {
            asked = true;
            subscription.request(1);
        }

        @Override
        public void onError(Throwable failure) {
            seen.add("failed: " + failure);
            over.countDown();
        }

        @Override
        public void onComplete() {
            over.countDown();
        }
    }
}
