package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Durability;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.Polling;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisServer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// An acknowledgement promises no more than the server keeps, also when that has changed since the start.
@ExtendWith(ThreadLeaks.class)
final class RedisDurabilityTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final Duration IN_TIME = Duration.ofSeconds(3); // as docs/backends.md says

    @Test
    void aChangeWhileTheServerRunsIsSeenInTime() {
        try (RedisServer server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
                Node node = Node.start(RedisBackend.at(server.url()))) {
            assertThat(durability(node)).isEqualTo(Durability.FSYNCED);
            server.run("CONFIG", "SET", "appendfsync", "everysec");
            awaitDurability(node, Durability.COMMITTED);
            server.run("CONFIG", "SET", "appendonly", "no");
            awaitDurability(node, Durability.MEMORY);
            assertThat(node.backend().capabilities().durable()).isFalse();
            server.run("CONFIG", "SET", "appendonly", "yes");
            awaitDurability(node, Durability.COMMITTED);
        }
    }

    private static Durability durability(Node node) {
        return node.accept(Draft.to(TOPIC, "a")).durability();
    }

    private static void awaitDurability(Node node, Durability expected) {
        long end = System.nanoTime() + IN_TIME.plusSeconds(2).toNanos(); // the machine may be busy
        Durability last = durability(node);
        while (last != expected && System.nanoTime() < end) {
            last = durability(node);
        }
        assertThat(last).isEqualTo(expected);
    }

    @Test
    void aLogThatIsBeingBegunDoesNotCountBeforeItIsWhole() {
        try (RedisServer server = RedisServer.start();
                Node node = Node.start(RedisBackend.at(server.url()))) {
            for (int i = 0; i < 50; i++) {
                node.publish(new TopicName("shop", "orders/" + i), "a");
            }
            server.run("CONFIG", "SET", "rdb-key-save-delay", "50000"); // microseconds, so it takes five seconds
            server.run("CONFIG", "SET", "appendonly", "yes");
            Polling.until("another promise", () -> durability(node) != Durability.MEMORY);
            assertThat(String.valueOf(server.run("INFO", "persistence"))).contains("aof_rewrite_in_progress:0");
        }
    }

    @Test
    void aServerIsAskedBeforeAnythingIsSentOverANewConnection() {
        try (RedisServer server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
                FaultProxy proxy = FaultProxy.before(server.port());
                Node node = Node.start(RedisBackend.at("redis://127.0.0.1:" + proxy.port()))) {
            assertThat(durability(node)).isEqualTo(Durability.FSYNCED);
            proxy.down();
            server.run("CONFIG", "SET", "appendonly", "no");
            proxy.up();
            assertThat(durability(node)).isEqualTo(Durability.MEMORY);
        }
    }

    @Test
    void eachServerOfAClusterIsTakenForWhatItIs() {
        try (RedisCluster cluster = RedisCluster.start()) {
            cluster.primaries().get(0).run("CONFIG", "SET", "appendonly", "no");
            try (Node node = Node.start(RedisBackend.at(cluster.url()))) {
                Set<Durability> found = EnumSet.noneOf(Durability.class);
                for (int i = 0; i < 30; i++) {
                    TopicName topic = new TopicName("shop", "orders/" + i * 7);
                    found.add(node.accept(Draft.to(topic, "a")).durability());
                }
                assertThat(found).containsExactlyInAnyOrder(Durability.MEMORY, Durability.COMMITTED);
                assertThat(node.backend().capabilities().durable()).isFalse();
            }
        }
    }
}
