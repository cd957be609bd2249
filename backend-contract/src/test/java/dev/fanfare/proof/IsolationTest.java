package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.Topic;
import dev.fanfare.TopicPattern;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.StoredEvent;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Readers that behave badly stay their own problem.
@ExtendWith(ThreadLeaks.class)
class IsolationTest {
    private final Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create());
    private final App shop = broadcaster.app("shop");
    private final Topic orders = shop.topic("orders");
    private final ExecutorService executor = Executors.newFixedThreadPool(2);

    @AfterEach
    void close() throws InterruptedException {
        broadcaster.close();
        executor.shutdownNow();
        assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aReaderThatThrowsStallsOrNeverReadsCostsOthersNothing() throws Exception {
        CountDownLatch stalled = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (Subscription<Delivery> throwing = orders.subscribe(StartAt.live());
                Subscription<Delivery> stalling = orders.subscribe(StartAt.live());
                Subscription<Delivery> idle = orders.subscribe(StartAt.live());
                RecordingSubscriber good = RecordingSubscriber.of(shop, "orders", StartAt.live())) {
            var failure = throwing.onEach(executor, delivery -> {
                        throw new IllegalStateException("a reader's own fault");
                    })
                    .toCompletableFuture();
            var stall = stalling.onEach(executor, delivery -> {
                        stalled.countDown();
                        awaitUninterrupted(release);
                    })
                    .toCompletableFuture();
            IntStream.rangeClosed(1, 100).forEach(i -> orders.publish("" + i));
            assertThat(stalled.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(good.messages(100)).startsWith("1").endsWith("100");
            assertThat(failure.handle((done, cause) -> cause).get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("a reader's own fault");
            assertThat(throwing.isEnded()).isTrue();
            assertThat(stall).isNotDone();
            assertThat(idle.isEnded()).isFalse();
            release.countDown();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aReaderThatNeverReadsHoldsNoEvents() {
        Cursor idle = shop.open(Selection.of(TopicPattern.of("orders"), StartAt.live()), () -> {})
                .toCompletableFuture()
                .join();
        orders.publish("0");
        assertThat(idle.poll(1)).hasSize(1);
        List<WeakReference<StoredEvent>> evicted = new ArrayList<>();
        try (RecordingSubscriber other = RecordingSubscriber.of(shop, "orders", StartAt.live())) {
            for (int i = 0; i < 10_000; i++) {
                orders.publish("" + i);
                StoredEvent stored = other.event().stored();
                if (i < 5_000) {
                    evicted.add(new WeakReference<>(stored));
                }
            }
        }
        System.gc();

        assertThat(evicted).allMatch(reference -> reference.get() == null);
        idle.close();
    }

    @Test
    void ofWhatAStalledReaderIsNotToldOnlySoMuchIsHeld() throws Exception {
        CountDownLatch stalled = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Cursor cursor = shop.open(Selection.of(TopicPattern.of("orders"), StartAt.live()), () -> {
                    stalled.countDown();
                    awaitUninterrupted(release);
                })
                .toCompletableFuture()
                .join();
        assertThat(cursor.poll(1)).isEmpty();
        var first = executor.submit(() -> orders.publish("0"));
        assertThat(stalled.await(10, TimeUnit.SECONDS)).isTrue();

        List<WeakReference<Bytes>> messages = new ArrayList<>();
        for (int i = 1; i <= 20_000; i++) {
            Event event = Event.json("" + i);
            orders.publish(event);
            messages.add(new WeakReference<>(event.message()));
        }
        System.gc();
        assertThat(messages)
                .filteredOn(message -> message.get() != null)
                .as("messages that are held")
                .hasSizeLessThan(10_000);
        release.countDown();
        first.get();
        cursor.close();
    }

    @Test
    void aReaderOfAPatternHoldsNothingOfTopicsThatWereOverLongAgo() {
        ManualClock clock = new ManualClock();
        Duration minute = Duration.ofMinutes(1);
        TopicPolicy brief = new TopicPolicy(1, 1000, minute, minute, minute, minute);
        List<WeakReference<String>> names = new ArrayList<>();
        try (Broadcaster own = Broadcaster.builder(MemoryBackend.create(clock))
                        .clock(clock)
                        .policy("shop", TopicPattern.of("**"), brief)
                        .start();
                RecordingSubscriber reader = RecordingSubscriber.of(own.app("shop"), "parcels/*", StartAt.live())) {
            for (int i = 0; i < 30_000; i++) {
                String name = "parcels/" + i;
                names.add(new WeakReference<>(name));
                own.app("shop").topic(name).publish(Event.json("1").closing(CloseReason.COMPLETE));
                reader.event();
                reader.end();
                clock.advance(Duration.ofMillis(10));
            }
            clock.advance(Duration.ofMinutes(10));
            System.gc();
            assertThat(names)
                    .filteredOn(name -> name.get() != null)
                    .as("names that are held")
                    .hasSizeLessThan(20_000);
        }
    }

    @Test
    void aReaderWhoseExecutorTakesNothingMoreIsOverAndCostsOthersNothing() throws Exception {
        ExecutorService over = Executors.newSingleThreadExecutor();
        try (Subscription<Delivery> dead = shop.subscribe("parcels/1", StartAt.live());
                Subscription<Delivery> deadToo = shop.subscribe("parcels/*", StartAt.live());
                Subscription<Delivery> published = shop.subscribe("parcels/1", StartAt.live())) {
            var topicDone = dead.onEach(over, delivery -> {}).toCompletableFuture();
            var patternDone = deadToo.onEach(over, delivery -> {}).toCompletableFuture();
            CompletableFuture<Void> flowDone = new CompletableFuture<>();
            published.publisher(over).subscribe(new Waiting(flowDone));
            over.submit(() -> {}).get(); // both have looked, and wait
            over.shutdown();
            try (RecordingSubscriber good = RecordingSubscriber.of(shop, "parcels/1", StartAt.live())) {
                good.expectNothing();
                shop.topic("parcels/1").publish("1");
                assertThat(good.messages(1)).containsExactly("1");
            }
            assertThat(topicDone).isCompletedExceptionally();
            assertThat(patternDone).isCompletedExceptionally();
            assertThat(flowDone).isCompletedExceptionally();
            assertThat(published.isEnded()).isTrue();
        }
    }

    /// Asks for one delivery, and says what becomes of it.
    private record Waiting(CompletableFuture<Void> done) implements Flow.Subscriber<Delivery> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(1);
        }

        @Override
        public void onNext(Delivery delivery) {
            done.complete(null);
        }

        @Override
        public void onError(Throwable failure) {
            done.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            done.complete(null);
        }
    }
}
