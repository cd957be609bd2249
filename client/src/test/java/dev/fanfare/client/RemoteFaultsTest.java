package dev.fanfare.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.App;
import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.Received;
import dev.fanfare.RefusedException;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.Topic;
import dev.fanfare.TopicPattern;
import dev.fanfare.TopicPolicy;
import dev.fanfare.client.FaultProxy.Cut;
import dev.fanfare.client.FaultProxy.Fault;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.server.Hub;
import dev.fanfare.server.Limits;
import dev.fanfare.server.Timing;
import dev.fanfare.spi.BackendHealth;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// What networks and hubs do to a client, and what its user sees of it.
@ExtendWith(ThreadLeaks.class)
final class RemoteFaultsTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Timing QUICK =
            Timing.DEFAULT.withRetry(Duration.ofMillis(10)).withDrain(Duration.ofMillis(200));

    private final AtomicInteger connections = new AtomicInteger();
    private volatile Function<String, Fault> plan = line -> Fault.NONE;
    private Broadcaster engine;
    private Hub hub;
    private FaultProxy proxy;
    private HubClient client;

    @BeforeEach
    void open() {
        engine = engine();
        hub = hub(engine);
        proxy = new FaultProxy("127.0.0.1", hub.port(), line -> {
            connections.incrementAndGet();
            return plan.apply(line);
        });
        client = patient(proxy.uri());
    }

    private static Broadcaster engine() {
        TopicPolicy few = TopicPolicy.DEFAULT.withHistory(8, 8 << 20, TopicPolicy.DEFAULT.historyAge());
        return Broadcaster.builder(MemoryBackend.create())
                .policy("shop", TopicPattern.of("short/**"), few)
                .start();
    }

    /// Returns a client that does not give up on a machine that is busy with other things.
    private static HubClient patient(String address) {
        return HubClient.builder(URI.create(address)).timeout(DEADLINE).connect();
    }

    private static Hub hub(Broadcaster over) {
        return Hub.on(over).port(0).timing(QUICK).start();
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
        hub.close();
        engine.close();
    }

    @Test
    void aStreamThatIsCutAtRandomBytesLosesAndRepeatsNothing() {
        Random random = new Random(42);
        plan = line -> cut(line, random, 600);
        try (Subscription<Delivery> reader = remote("stock").subscribe(StartAt.live())) {
            for (int i = 0; i < 150; i += 10) {
                Rules.publish(local("stock"), i + 1, i + 10);
                assertThat(messages(reader, 10)).isEqualTo(Rules.numbers(i + 1, i + 10));
            }
        }
        assertThat(connections.get()).isGreaterThan(10);
    }

    @Test
    void severalTopicsOnACutStreamLoseAndRepeatNothing() {
        Random random = new Random(43);
        plan = line -> cut(line, random, 2000);
        Selection several = Selection.of(TopicPattern.of("a"), StartAt.live())
                .and(TopicPattern.of("b"), StartAt.live())
                .and(TopicPattern.of("c/*"), StartAt.live());
        try (Subscription<Delivery> reader = client.app("shop").subscribe(several)) {
            for (int i = 1; i <= 60; i++) {
                for (String topic : List.of("a", "b", "c/x", "c/y")) {
                    local(topic).publish("" + i);
                }
            }
            Map<String, List<String>> seen = new HashMap<>();
            for (int i = 0; i < 240; i++) {
                Received event = (Received) reader.next(DEADLINE).orElseThrow();
                seen.computeIfAbsent(event.topic(), topic -> new ArrayList<>()).add(event.message());
            }
            for (String topic : List.of("a", "b", "c/x", "c/y")) {
                assertThat(seen.get(topic)).as(topic).isEqualTo(Rules.numbers(1, 60));
            }
            assertThat(reader.next(Duration.ofMillis(1))).isEmpty();
        }
    }

    @Test
    void tinyPiecesMakeTheSameEvents() {
        plan = line -> Fault.slow(1, 0);
        try (Subscription<Delivery> reader = remote("stock").subscribe(StartAt.live())) {
            local("stock").publish("\"größer 🎉\"");
            local("stock").publish("2");
            assertThat(messages(reader, 2)).containsExactly("\"größer 🎉\"", "2");
        }
    }

    @Test
    void aSlowNetworkChangesNothingButTheTime() {
        plan = line -> Fault.slow(64 << 10, Duration.ofMillis(20).toNanos());
        try (Subscription<Delivery> reader = remote("stock").subscribe(StartAt.live())) {
            Rules.publish(remote("stock"), 1, 10);
            assertThat(messages(reader, 10)).isEqualTo(Rules.numbers(1, 10));
        }
    }

    @Test
    void aPublishWhoseAnswerIsLostIsStoredOnce() {
        plan = line -> connections.get() <= 3 ? Fault.cut(0, Cut.RESET) : Fault.NONE;
        Receipt receipt = remote("stock").publish("1");
        assertThat(receipt.duplicate()).isFalse();
        assertThat(connections.get()).isGreaterThan(3);
        assertThat(local("stock").state().orElseThrow().position()).isEqualTo(receipt.position());
        assertThat(receipt.position().offset()).isEqualTo(1);
        connections.set(0);
        assertThat(client.app("shop").jobs().complete("import-42").duplicate()).isFalse();
        assertThat(engine.app("shop")
                        .jobs()
                        .state("import-42")
                        .orElseThrow()
                        .position()
                        .offset())
                .isEqualTo(1);
    }

    @Test
    void aHubThatIsNotThereFailsAtOnceAndSaysThatNothingIsStored() {
        int port = hub.port();
        hub.close();
        try (HubClient alone = patient("http://127.0.0.1:" + port)) {
            var publish = catchThrowableOfType(
                    BackendUnavailableException.class,
                    () -> alone.app("shop").topic("stock").publish("1"));
            assertThat(publish.mayBeStored()).as(publish.getMessage()).isFalse();
            assertThat(publish)
                    .hasMessageContaining("publishing to topic \"stock\"")
                    .hasMessageContaining("reached");
            var subscribe = catchThrowableOfType(
                    BackendUnavailableException.class,
                    () -> alone.app("shop").topic("stock").subscribe(StartAt.live()));
            assertThat(subscribe).hasMessageContaining("subscribing to stock");
            assertThat(alone.health().available()).isFalse();
        }
    }

    @Test
    void aHubThatSaysNothingIsGivenUpInTwoSecondsAndMayHaveStoredIt() {
        plan = line -> Fault.slow(1, Duration.ofSeconds(60).toNanos());
        try (HubClient hasty = HubClient.builder(URI.create(proxy.uri()))
                .timeout(Duration.ofMillis(500))
                .connect()) {
            var lost = catchThrowableOfType(
                    BackendUnavailableException.class,
                    () -> hasty.app("shop").topic("stock").publish("1"));
            assertThat(lost.mayBeStored()).isTrue();
            assertThat(lost).hasMessageContaining("no answer within 500 ms");
            var mute = catchThrowableOfType(
                    BackendUnavailableException.class,
                    () -> hasty.app("shop").topic("stock").subscribe(StartAt.live()));
            assertThat(mute).hasMessageContaining("not subscribed within 500 ms");
        }
    }

    @Test
    void aHubThatForgotEverythingIsAGapAndThenAllGoesOn() throws Exception {
        BlockingQueue<BackendHealth> health = new LinkedBlockingQueue<>();
        AutoCloseable watch = client.onHealth(health::add);
        try (Subscription<Delivery> reader = remote("stock").subscribe(StartAt.live())) {
            local("stock").publish("1");
            assertThat(messages(reader, 1)).containsExactly("1");
            restart();
            assertThat(health.poll(20, TimeUnit.SECONDS).available()).isFalse();
            assertThat(health.poll(20, TimeUnit.SECONDS)).isEqualTo(BackendHealth.AVAILABLE);
            local("stock").publish("2");
            Delivery.Gap gap = (Delivery.Gap) reader.next(DEADLINE).orElseThrow();
            assertThat(gap.cause()).isEqualTo(Delivery.Cause.EPOCH);
            assertThat(messages(reader, 1)).containsExactly("2");
            assertThat(client.health().available()).isTrue();
        }
        watch.close();
    }

    private void restart() {
        hub.close();
        engine.close();
        engine = engine();
        hub = hub(engine);
        proxy.leadTo(hub.port());
    }

    @Test
    void aReaderThatIsSlowIsToldOfWhatItMissedAndAllIsAccountedFor() {
        int published = 6000;
        String padding = "x".repeat(4000);
        try (HubClient small = HubClient.builder(URI.create("http://127.0.0.1:" + hub.port()))
                        .queueBytes(8 << 10)
                        .connect();
                Subscription<Delivery> reader =
                        small.app("shop").topic("short/stock").subscribe(StartAt.live())) {
            for (int i = 1; i <= published; i++) {
                Event event = Event.json("{\"n\":" + i + ",\"padding\":\"" + padding + "\"}");
                local("short/stock").publish(i % 3 == 0 ? event.asConflatable() : event);
            }
            local("short/stock").publish("\"last\"");
            Account account = new Account();
            while (!account.last.equals("\"last\"")) {
                account.add(reader.next(DEADLINE).orElseThrow());
            }
            assertThat(account.received + account.conflated + account.missed).isEqualTo(published + 1);
            assertThat(account.missed).isPositive();
            assertThat(account.received).isLessThan(published);
        }
    }

    /// Keeps the books of one reader.
    private static final class Account {
        private long received;
        private long conflated;
        private long missed;
        private long offset;
        private String last = "";

        void add(Delivery delivery) {
            assertThat(delivery.position().offset()).isGreaterThanOrEqualTo(offset);
            offset = delivery.position().offset();
            if (delivery instanceof Received event) {
                received++;
                conflated += event.conflated();
                last = event.message();
            } else if (delivery instanceof Delivery.Gap gap) {
                assertThat(gap.cause()).isEqualTo(Delivery.Cause.SLOW);
                missed += gap.missed().orElseThrow();
            }
        }
    }

    @Test
    @Timeout(20)
    void aStreamOnWhichNothingIsHeardIsTakenForBroken() {
        ManualClock clock = new ManualClock();
        try (HubClient patient =
                HubClient.builder(URI.create(proxy.uri())).clock(clock).connect()) {
            App shop = patient.app("shop");
            try (Subscription<Delivery> reader = shop.topic("stock").subscribe(StartAt.live())) {
                int before = connections.get();
                // The thread that read the beginning may still be at work, for which something was heard just now.
                while (patient.health().available()) {
                    clock.advance(Duration.ofSeconds(35));
                }
                clock.advance(Duration.ofSeconds(1));
                local("stock").publish("1");
                assertThat(messages(reader, 1)).containsExactly("1");
                assertThat(connections.get()).isEqualTo(before + 1);
            }
        }
    }

    @Test
    void aHubThatIsFullRefusesASubscription() {
        try (Hub full = Hub.on(engine)
                        .port(0)
                        .limits(Limits.DEFAULT.withConnections(1))
                        .start();
                HubClient guest = patient("http://127.0.0.1:" + full.port());
                Subscription<Delivery> first = guest.app("shop").topic("stock").subscribe(StartAt.live())) {
            var refusal = catchThrowableOfType(
                    RefusedException.class,
                    () -> guest.app("shop").topic("other").subscribe(StartAt.live()));
            assertThat(refusal.code()).isEqualTo("too_many_connections");
            local("stock").publish("1");
            assertThat(messages(first, 1)).containsExactly("1");
        }
    }

    private App shop() {
        return client.app("shop");
    }

    private Topic remote(String name) {
        return shop().topic(name);
    }

    private Topic local(String name) {
        return engine.app("shop").topic(name);
    }

    /// Cuts the first 60 connections, the very first one after its beginning.
    private Fault cut(String requestLine, Random random, int most) {
        boolean isStream = requestLine.contains("/events?");
        int least = connections.get() == 1 ? 300 : 0;
        return isStream && connections.get() <= 60
                ? Fault.cut(least + random.nextInt(most), Cut.values()[random.nextInt(3)])
                : Fault.NONE;
    }

    private static List<String> messages(Subscription<Delivery> reader, int count) {
        List<String> messages = new ArrayList<>();
        while (messages.size() < count) {
            messages.add(Rules.shown(reader.next(DEADLINE).orElseThrow()));
        }
        return messages;
    }
}
