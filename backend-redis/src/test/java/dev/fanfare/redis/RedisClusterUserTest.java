package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.Polling;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A user of a cluster who may do no more than is needed.
@ExtendWith(ThreadLeaks.class)
final class RedisClusterUserTest {

    private final RedisCluster cluster = RedisCluster.shared();

    @AfterEach
    void forget() {
        cluster.servers().forEach(server -> server.run("ACL", "DELUSER", "me"));
    }

    private static void awaitNoChannels(RedisServer server) {
        Polling.until(
                "all channels to be left", () -> List.of().equals(server.run("PUBSUB", "SHARDCHANNELS", "*c:shop*")));
    }

    @Test
    void aUserWhoMayDoNoMoreThanIsNeededIsEnough() {
        cluster.servers().forEach(server -> server.run(RedisPermissions.of("me", "secret")));
        String url = cluster.url().replace("://", "://me:secret@");
        try (Node node = Node.start(RedisBackend.at(url));
                Node other = Node.start(RedisBackend.at(url))) {
            other.backend().watch("shop").toCompletableFuture().join();
            List<String> names = new ArrayList<>();
            for (int i = 10; i < 30; i++) { // on all servers
                TopicName topic = new TopicName("shop", "orders/" + i);
                names.add(topic.name());
                other.attach(topic);
                other.news()
                        .awaitAt(
                                topic,
                                node.accept(Draft.to(topic, "a").withKey("key")).position());
                other.news().awaitAppearance(topic);
                assertThat(other.messages(topic)).containsExactly("a");
                other.detach(topic);
            }
            cluster.primaries().forEach(RedisClusterUserTest::awaitNoChannels);
            assertThat(other.names("shop")).containsExactlyElementsOf(names);
            node.backend().purge("shop").toCompletableFuture().join();
            assertThat(other.names("shop")).isEmpty();
        }
    }
}
