package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.SharedMemory;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.spi.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Readers and publishers on threads of their own, many times over.
@ExtendWith(ThreadLeaks.class)
class RaceTest {
    private static final int RACES = 10_000;
    private static final TopicPolicy SHORT =
            TopicPolicy.DEFAULT.withHistory(64, 1 << 20, TopicPolicy.DEFAULT.historyAge());

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Broadcaster> nodes = new ArrayList<>();

    @AfterEach
    void close() throws InterruptedException {
        nodes.forEach(Broadcaster::close);
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private App shop(Broadcaster node) {
        nodes.add(node);
        return node.app("shop");
    }

    private Future<Void> start(Callable<Void> action) {
        return threads.submit(action);
    }

    private static void publish(Topic topic, int events) {
        IntStream.rangeClosed(1, events).forEach(i -> topic.publish("" + i));
    }

    @Test
    void subscribingAgainstPublishingMissesAndRepeatsNothing() throws Exception {
        App shop = shop(Broadcaster.on(MemoryBackend.create()));
        List<StartAt> starts =
                List.of(StartAt.live(), StartAt.earliest(), StartAt.snapshot(), StartAt.after(Position.NONE));
        CyclicBarrier together = new CyclicBarrier(2);
        Future<Void> publishing = start(() -> {
            for (int race = 0; race < RACES; race++) {
                Topic topic = shop.topic("race/" + race);
                together.await(20, TimeUnit.SECONDS);
                topic.publish(Event.json("1").asSnapshot());
                topic.publish(Event.json("2"));
                topic.publish(Event.json("3").asSnapshot());
            }
            return null;
        });
        for (int race = 0; race < RACES; race++) {
            together.await(20, TimeUnit.SECONDS);
            try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "race/" + race, starts.get(race % 4))) {
                long start = Position.parse(reader.position()).orElseThrow().offset();
                Tally tally = new Tally(start).readTo(reader, 3);
                assertThat(tally.received()).isEqualTo(3 - start);
                reader.expectNothing();
            }
            shop.topic("race/" + race).drop();
        }
        publishing.get(20, TimeUnit.SECONDS);
    }

    @Test
    void noWakeIsLostWhenAReaderFallsAsleepAgainstPublishing() throws Exception {
        App shop = shop(Broadcaster.on(MemoryBackend.create()));
        Topic topic = shop.topic("orders");
        int events = 20 * RACES;
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders", StartAt.live())) {
            Future<Void> publishing = start(() -> {
                publish(topic, events);
                return null;
            });
            Tally tally = new Tally(0).readTo(reader, events);
            publishing.get(20, TimeUnit.SECONDS);
            assertThat(tally.sum()).isEqualTo(events);
        }
    }

    @Test
    void closingAgainstPublishingGivesEveryReaderTheSameEventsAndTheEnd() throws Exception {
        App shop = shop(Broadcaster.on(MemoryBackend.create()));
        for (int race = 0; race < 500; race++) {
            Topic topic = shop.topic("race/" + race);
            List<RecordingSubscriber> readers = IntStream.range(0, 3)
                    .mapToObj(i -> RecordingSubscriber.of(shop, topic.name(), StartAt.live()))
                    .toList();
            Future<Void> publishing = start(() -> {
                for (int i = 0;
                        i < 20 && topic.state().flatMap(state -> state.closed()).isEmpty();
                        i++) {
                    topic.publishAsync(Event.json("" + i));
                }
                return null;
            });
            topic.publish(Event.json("\"last\"").closing(CloseReason.COMPLETE));
            publishing.get(20, TimeUnit.SECONDS);
            List<List<Position>> seen =
                    readers.stream().map(RaceTest::readToEnd).toList();
            assertThat(seen).containsOnly(seen.get(0));
            readers.forEach(RecordingSubscriber::close);
        }
    }

    private static List<Position> readToEnd(RecordingSubscriber reader) {
        List<Position> seen = new ArrayList<>();
        Delivery last = reader.next();
        for (; last instanceof Received; last = reader.next()) {
            assertThat(last.position().offset()).isEqualTo(seen.size() + 1);
            seen.add(last.position());
        }
        assertThat(last).isInstanceOf(Delivery.Ended.class);
        return seen;
    }

    @Test
    void aForkMadeAgainstPublishingDeliversAllThatFollowsItsPlace() throws Exception {
        App shop = shop(Broadcaster.on(MemoryBackend.create()));
        Topic topic = shop.topic("orders");
        int events = RACES;
        Future<Void> publishing;
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders", StartAt.live())) {
            publishing = start(() -> {
                publish(topic, events);
                return null;
            });
            Tally tally = new Tally(0);
            for (int place = 100; place <= events; place += 100) {
                tally.readTo(reader, place);
                try (RecordingSubscriber fork = reader.fork()) {
                    assertThat(fork.position()).isEqualTo(reader.position());
                    long from = Position.parse(fork.position()).orElseThrow().offset();
                    long to = Math.min(from + 300, events);
                    assertThat(new Tally(from).readTo(fork, to).sum()).isGreaterThanOrEqualTo(to - from);
                    fork.cursor().close(); // in the middle of what goes on
                    fork.ready();
                }
            }
            assertThat(tally.sum()).isEqualTo(events);
        }
        publishing.get(20, TimeUnit.SECONDS);
    }

    @Test
    void evictionAgainstReadingIsAlwaysTold() throws Exception {
        App shop = shop(Broadcaster.builder(MemoryBackend.create())
                .policy(SHORT)
                .windowBytes(10_000)
                .start());
        Topic topic = shop.topic("orders");
        int events = 5 * RACES;
        Consumer<RecordingSubscriber> check = reader -> {
            Tally tally = new Tally(0).readTo(reader, events);
            assertThat(tally.sum()).isEqualTo(events);
            reader.close();
        };
        List<RecordingSubscriber> readers = IntStream.range(0, 4)
                .mapToObj(i -> RecordingSubscriber.of(shop, "orders", StartAt.live()))
                .toList();
        List<Future<Void>> reading = readers.stream()
                .map(reader -> start(() -> {
                    check.accept(reader);
                    return null;
                }))
                .toList();
        for (int i = 1; i <= events; i++) {
            topic.publish(i % 3 == 0 ? Event.json("" + i).asConflatable() : Event.json("" + i));
        }
        for (Future<Void> reader : reading) {
            reader.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void readersOnAllNodesSeeOneOrder() throws Exception {
        SharedMemory store = new SharedMemory(Clock.system());
        List<App> apps = IntStream.range(0, 3)
                .mapToObj(i -> shop(Broadcaster.builder(store.open())
                        .policy(TopicPolicy.DEFAULT.withHistory(RACES, 1 << 30, TopicPolicy.DEFAULT.historyAge()))
                        .start()))
                .toList();
        List<RecordingSubscriber> readers = apps.stream()
                .map(app -> RecordingSubscriber.of(app, "orders", StartAt.live()))
                .toList();
        List<Future<Void>> publishing = apps.stream()
                .map(app -> start(() -> {
                    publish(app.topic("orders"), 1000);
                    return null;
                }))
                .toList();
        for (Future<Void> publisher : publishing) {
            publisher.get(20, TimeUnit.SECONDS);
        }

        List<List<Position>> seen = readers.stream()
                .map(reader -> IntStream.range(0, 3000)
                        .mapToObj(i -> reader.event().position())
                        .toList())
                .toList();
        assertThat(seen.get(0)).extracting(Position::offset).isSorted().endsWith(3000L);
        assertThat(seen).containsOnly(seen.get(0));
        readers.forEach(RecordingSubscriber::close);
    }
}
