package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.Position;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.Polling;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.Ports;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of publishers without keys of their own when their connections to a cluster are cut again and again: 64
/// of them, on 16 topics of as many partitions.
@ExtendWith(ThreadLeaks.class)
final class RedisClusterFaultsTest {
    private static final TopicPolicy LONG = TopicPolicy.DEFAULT.withHistory(1_000_000, 1 << 28, Duration.ofMinutes(10));
    private static final int TOPICS = 16;
    private static final int CUTS = 48;

    @Test
    void whatIsUnderWayWhenTheServersCutTheirConnectionsIsStoredOnce() {
        RedisCluster cluster = RedisCluster.shared();
        surviveUnderLoad(cluster.url(), () -> cluster.primaries().forEach(RedisServer::cutConnections));
    }

    /// A cluster of one server, which tells its clients to come by way of the proxy.
    @Test
    void soItIsWhenTheNetworkCutsThem() {
        String bus = String.valueOf(Ports.free());
        try (RedisServer server = RedisServer.start("--cluster-enabled", "yes", "--cluster-port", bus);
                FaultProxy proxy = FaultProxy.before(server.port())) {
            server.run("CONFIG", "SET", "cluster-announce-port", String.valueOf(proxy.port()));
            server.holdAllSlots();
            surviveUnderLoad("redis+cluster://127.0.0.1:" + proxy.port(), () -> {
                awaitConnections(proxy);
                proxy.cut();
            });
        }
    }

    /// Servers that have just started take nothing for two seconds.
    @Test
    void aNodeCanStartWhileTheClusterIsComingTogether() {
        try (RedisCluster cluster = RedisCluster.start()) {
            cluster.servers().forEach(RedisServer::kill);
            cluster.servers().forEach(RedisServer::startAgain);
            try (Node node = Node.start(RedisBackend.at(cluster.url()))) {
                node.publish(new TopicName("shop", "orders"), "1");
            }
        }
    }

    /// What has been received may come from before the last cut.
    private static void awaitConnections(FaultProxy proxy) {
        Polling.until("connections", () -> proxy.connections() > 0);
    }

    private static Broadcaster node(String url) {
        return Broadcaster.builder(RedisBackend.at(url))
                .policy(LONG)
                .clock(new ClockWithoutResync())
                .start();
    }

    private static void surviveUnderLoad(String url, Runnable cut) {
        List<Stream> streams = new ArrayList<>();
        try (Broadcaster publishing = node(url);
                Broadcaster reading = node(url);
                Node judge = Node.start(RedisBackend.at(url))) {
            IntStream.range(0, TOPICS).forEach(i -> streams.add(new Stream("topic-" + i, publishing, reading)));
            for (int i = 0; i < CUTS; i++) {
                cut.run();
                streams.get(i % TOPICS).read(5);
            }
            streams.forEach(stream -> stream.check(judge));
        } finally {
            streams.forEach(stream -> stream.load.close());
        }
    }

    /// One topic, its four publishers, and its reader.
    private static final class Stream {
        private final String name;
        private final Load load;
        private final RecordingSubscriber subscriber;
        private final List<Position> received = new ArrayList<>();

        Stream(String name, Broadcaster publishing, Broadcaster reading) {
            this.name = name;
            this.subscriber = RecordingSubscriber.of(reading.app("shop"), name, StartAt.earliest());
            this.load = new Load(publishing.app("shop").topic(name), 4);
        }

        void read(int events) {
            for (int i = 0; i < events; i++) {
                received.add(subscriber.event().position());
            }
        }

        /// Each event that was accepted is stored and received once, in order; no other is.
        void check(Node judge) {
            List<Position> accepted = load.stop();
            read(accepted.size() - received.size());
            assertThat(received).containsExactlyInAnyOrderElementsOf(accepted);
            assertThat(received)
                    .extracting(Position::offset)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, accepted.size()).boxed().toList());
            assertThat(judge.head(new TopicName("shop", name)).offset()).isEqualTo(accepted.size());
            subscriber.close();
        }
    }
}
