package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.Polling;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.RedisServer;
import dev.fanfare.testbed.Toxic;
import io.lettuce.core.RedisURI;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What stands in the server and for how long, and what goes over its channels.
@ExtendWith(ThreadLeaks.class)
final class RedisKeysTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final String HISTORY = "fanfare:h:shop\u001forders";
    private static final TopicPolicy FIVE = TopicPolicy.DEFAULT.withHistory(5, 1 << 20, Duration.ofMinutes(10));
    private static final Effect.Close DONE = new Effect.Close(new CloseReason("done"), true);

    private final RedisServer server = RedisServer.start();

    @AfterEach
    void stop() {
        server.close();
    }

    private Node node() {
        return Node.start(RedisBackend.at(server.url()));
    }

    private static Draft draft(TopicName topic) {
        return Draft.to(topic, "a").keeping(FIVE);
    }

    private static TopicName topic(String name) {
        return new TopicName("shop", name);
    }

    private List<String> keys(String pattern) {
        List<?> found = (List<?>) Objects.requireNonNull(server.run("KEYS", pattern));
        return found.stream().map(String::valueOf).toList();
    }

    private Duration timeToLive(String key) {
        return Duration.ofMillis((Long) Objects.requireNonNull(server.run("PTTL", key)));
    }

    /// All but that which tells in which form everything is kept.
    private void requireThatAllKeysPass() {
        List<String> lasting = new ArrayList<>(keys("*"));
        lasting.removeIf(key -> !timeToLive(key).isNegative());
        assertThat(lasting).containsExactly("fanfare:format");
    }

    @Test
    void whateverIsPublishedClosedOrDroppedPassesByItself() {
        try (Node node = node()) {
            for (int i = 0; i < 20; i++) {
                node.accept(draft(TOPIC).withKey("key-" + i));
                node.accept(draft(topic("topic-" + i % 7)).with(new Effect.Snapshot()));
            }
            node.accept(draft(topic("ephemeral")).keeping(FIVE.ephemeral()));
            node.accept(draft(topic("ephemeral")));
            node.accept(draft(topic("topic-1")).with(DONE));
            Position end = node.accept(draft(topic("topic-2")).with(DONE)).position();
            node.accept(draft(topic("topic-2")).expecting(end).with(new Effect.Reopen()));
            node.accept(Draft.drop(topic("topic-3")));
            node.accept(Draft.drop(topic("topic-4")));
            node.accept(draft(topic("topic-4")));
            awaitPulse();

            assertThat(keys("fanfare:[mhsint]:*")).hasSizeGreaterThan(40);
            requireThatAllKeysPass();
        }
    }

    /// The mark that a node leaves is the only key of its kind that is a text.
    private void awaitPulse() {
        Polling.until(
                "the mark",
                () -> keys("fanfare:n:*").stream().anyMatch(key -> "string".equals(server.run("TYPE", key))));
    }

    @Test
    void soDoesASessionOfWhichNothingHasArrivedWhenItIsEnded() throws InterruptedException {
        CountDownLatch struck = new CountDownLatch(1);
        try (FaultProxy proxy = FaultProxy.before(server.port());
                Node node = Node.start(RedisBackend.at("redis://127.0.0.1:" + proxy.port()))) {
            proxy.add("silence", Direction.UPSTREAM, new Toxic.SilentFrom("never arrives", struck));
            node.backend().append(List.of(Draft.to(TOPIC, "never arrives").append()));
            assertThat(struck.await(20, TimeUnit.SECONDS)).isTrue();
            proxy.remove("silence");
            awaitFence();

            requireThatAllKeysPass();
        }
    }

    private void awaitFence() {
        Polling.until(
                "the fence",
                () -> keys("fanfare:n:*").stream()
                        .anyMatch(key ->
                                "hash".equals(server.run("TYPE", key)) && server.run("HGET", key, "fenced") != null));
    }

    @Test
    void nothingPassesBeforeItHasCeasedToCount() {
        Duration longer = Duration.ofHours(5);
        TopicPolicy kept = new TopicPolicy(5, 1 << 20, longer, longer, longer, longer);
        TopicPolicy brief = new TopicPolicy(
                5,
                1 << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
        try (Node node = node()) {
            node.accept(draft(TOPIC).keeping(brief).with(new Effect.Snapshot()));
            node.accept(draft(TOPIC).keeping(kept).withKey("key"));

            assertThat(keys("fanfare:[mhsit]:*"))
                    .hasSize(5)
                    .allSatisfy(key -> assertThat(timeToLive(key)).isGreaterThan(longer.minusSeconds(10)));
        }
    }

    /// Those that are too many are let go by sixteen.
    @Test
    void aHistoryHoldsAsManyEventsAsItsPolicySaysAndFewMore() {
        try (Node node = node()) {
            for (int i = 1; i <= 50; i++) {
                node.accept(draft(TOPIC));
                assertThat(server.run("LLEN", HISTORY)).isEqualTo(i <= 20 ? i : 5L + (i - 5) % 16);
                assertThat(node.read(TOPIC).events()).hasSize(Math.min(i, 5));
                assertThat(node.head(TOPIC).oldest()).isEqualTo(Math.max(1, i - 4));
            }
            node.accept(draft(TOPIC).keeping(FIVE.withHistory(2, 1 << 20, FIVE.historyAge())));
            assertThat(server.run("LLEN", HISTORY)).isEqualTo(2L);
            node.accept(draft(TOPIC).keeping(FIVE.ephemeral()));
            assertThat(server.run("EXISTS", HISTORY)).isEqualTo(0L);
        }
    }

    @Test
    void aHistoryHoldsAsManyBytesAsItsPolicySays() {
        try (Node node = node()) {
            for (int i = 0; i < 20; i++) {
                node.accept(Draft.to(TOPIC, "x".repeat(100))
                        .keeping(TopicPolicy.DEFAULT.withHistory(100, 350, Duration.ofMinutes(10))));
            }
            assertThat(server.run("LLEN", HISTORY)).isEqualTo(3L);
        }
    }

    @Test
    void aNodeThatAttachesAndDetachesAThousandTimesLeavesNoChannelAndNoConnectionBehind() {
        try (Node node = node()) {
            node.attach(TOPIC);
            node.detach(TOPIC);
            long before = connections();
            for (int i = 0; i < 1_000; i++) {
                TopicName topic = topic("topic-" + i % 10);
                CompletionStage<Void> attached = node.backend().attach(List.of(topic));
                if (i % 2 == 0) {
                    attached.toCompletableFuture().join();
                }
                node.detach(topic);
            }
            Polling.until(
                    "all channels to be left", () -> List.of().equals(server.run("PUBSUB", "CHANNELS", "fanfare:c:*")));
            assertThat(connections()).isEqualTo(before);
            node.attach(topic("topic-1"));
            node.news().awaitAt(topic("topic-1"), node.publish(topic("topic-1"), "a"));
        }
    }

    private long connections() {
        return String.valueOf(server.run("CLIENT", "LIST")).lines().count();
    }

    @Test
    void anEventOfMoreThan64KiBIsAnnouncedWithoutItsMessageAndReadWhole() throws InterruptedException {
        Connections connections = new Connections();
        try (Node node = node();
                StatefulRedisPubSubConnection<String, byte[]> raw =
                        connections.forNews(RedisURI.create(server.url())).join()) {
            BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
            raw.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, byte[] message) {
                    sizes.add(message.length);
                }
            });
            raw.sync().subscribe("fanfare:c:shop\u001forders");
            String large = "x".repeat(100_000);
            node.accept(Draft.to(TOPIC, "x".repeat(60_000)));
            assertThat(sizes.poll(20, TimeUnit.SECONDS)).isGreaterThan(60_000);
            node.accept(Draft.to(TOPIC, large));
            assertThat(sizes.poll(20, TimeUnit.SECONDS)).isLessThan(200);
            assertThat(node.messages(TOPIC)).endsWith(large);
            node.accept(Draft.to(TOPIC, large).keeping(TopicPolicy.DEFAULT.ephemeral())); // nobody could read it
            assertThat(sizes.poll(20, TimeUnit.SECONDS)).isGreaterThan(100_000);
        } finally {
            connections.close().join();
        }
    }
}
