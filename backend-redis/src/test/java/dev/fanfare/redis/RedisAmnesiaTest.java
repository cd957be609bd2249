package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery.Cause;
import dev.fanfare.Position;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.Polling;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What readers are told when their server has forgotten what they have read: nothing is silent, and it takes no event
/// to notice.
@ExtendWith(ThreadLeaks.class)
final class RedisAmnesiaTest {
    /// Two seconds, and what a busy machine may add.
    private static final Duration SOON = Duration.ofSeconds(3);

    private static final Partitions PARTITIONS = Partitions.ofCluster();

    private static Broadcaster node(String url) {
        return Broadcaster.builder(RedisBackend.at(url))
                .clock(new ClockWithoutResync())
                .start();
    }

    private static RecordingSubscriber subscribe(Broadcaster node, String topic) {
        return RecordingSubscriber.of(node.app("shop"), topic, StartAt.earliest());
    }

    /// A node, its server, and a reader who has read what was published.
    private static final class Scene implements AutoCloseable {
        final RedisServer server;
        final Broadcaster node;
        final Topic topic;
        final RecordingSubscriber subscriber;

        Scene(String... options) {
            server = RedisServer.start(options);
            node = node(server.url());
            topic = node.app("shop").topic("orders");
            subscriber = subscribe(node, "orders");
        }

        void tell(String... messages) {
            for (String message : messages) {
                publishUntilAccepted(message);
                assertThat(subscriber.event().message()).isEqualTo(message);
            }
        }

        Position publishUntilAccepted(String message) {
            while (true) {
                try {
                    return topic.publish(message).position();
                } catch (BackendUnavailableException notYet) {
                    assertThat(notYet.mayBeStored()).isFalse();
                }
            }
        }

        @Override
        public void close() {
            try (server;
                    node;
                    subscriber) {
                // all, whatever the first says
            }
        }
    }

    @Test
    void aServerThatStartsAgainWithoutItsDataShowsAsAGapAtOnce() {
        try (Scene scene = new Scene()) {
            scene.tell("1", "2");
            scene.server.kill();
            scene.server.startAgain();
            assertThat(scene.subscriber.gap().cause()).isEqualTo(Cause.EPOCH);
            scene.tell("3", "4");
        }
    }

    @Test
    void aServerThatStartsAgainWithABackupShowsAsAGapAtOnce(@TempDir Path aside) throws IOException {
        try (Scene scene = new Scene("--appendonly", "yes")) {
            scene.tell("1", "2", "3");
            Path log = log(scene.server);
            scene.server.stop();
            copy(log, aside);
            scene.server.startAgain();
            scene.tell("4", "5");
            scene.server.stop();
            copy(aside, log);
            scene.server.startAgain();
            assertThat(scene.subscriber.gap().cause()).isEqualTo(Cause.REWOUND);
            scene.tell("6", "7");
        }
    }

    private static Path log(RedisServer server) {
        List<?> setting = (List<?>) Objects.requireNonNull(server.run("CONFIG", "GET", "dir"));
        return Path.of((String) setting.get(1), "appendonlydir");
    }

    /// Copies the files of one folder into another, in the place of those that are there.
    private static void copy(Path from, Path to) throws IOException {
        for (Path old : files(to)) {
            Files.delete(old);
        }
        for (Path file : files(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLUSHALL", "FLUSHDB"})
    void aServerThatIsEmptiedShowsSoonAsOneGapAtEveryNodeWithoutAnEvent(String command) {
        try (Scene scene = new Scene();
                Broadcaster other = node(scene.server.url());
                RecordingSubscriber second = subscribe(other, "orders")) {
            scene.tell("1", "2");
            second.messages(2);
            awaitMarks(scene.server, 2);
            forget(scene.server, command, scene.subscriber, second);
            scene.tell("3");
            assertThat(second.event().message()).isEqualTo("3");
            awaitMarks(scene.server, 2);
            forget(scene.server, command, scene.subscriber, second);
        }
    }

    /// Without that key the next version could not tell that it must not write there.
    @Test
    void aServerThatIsEmptiedIsToldAgainInWhichFormEverythingIsKept() {
        try (Scene scene = new Scene()) {
            Object format = scene.server.run("GET", "fanfare:format");
            awaitMarks(scene.server, 1);
            scene.server.run("FLUSHALL");
            Polling.until("the form", () -> Objects.equals(scene.server.run("GET", "fanfare:format"), format));
            assertThat(format).isNotNull();
        }
    }

    /// Empties the server: soon each reader has been told of all that it had read.
    private static void forget(RedisServer server, String command, RecordingSubscriber... subscribers) {
        server.run(command);
        long begin = System.nanoTime();
        for (RecordingSubscriber subscriber : subscribers) {
            assertThat(subscriber.gap().cause()).isEqualTo(Cause.EPOCH);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
    }

    @Test
    void aServerOfAClusterThatIsEmptiedShowsAsAGapToItsOwnReadersOnly() {
        RedisCluster cluster = RedisCluster.shared();
        RedisServer emptied = cluster.primaryOf(0);
        String lost = topicAt(cluster, emptied);
        String kept = topicAt(cluster, cluster.primaryOf(16_383));
        try (Broadcaster node = node(cluster.url());
                RecordingSubscriber loser = subscribe(node, lost);
                RecordingSubscriber keeper = subscribe(node, kept)) {
            node.app("shop").topic(lost).publish("1");
            node.app("shop").topic(kept).publish("1");
            loser.event();
            keeper.event();
            awaitMarks(emptied, 1);
            forget(emptied, "FLUSHALL", loser);
            node.app("shop").topic(lost).publish("2");
            node.app("shop").topic(kept).publish("2");
            assertThat(loser.event().message()).isEqualTo("2");
            assertThat(keeper.event().message()).isEqualTo("2");
        }
    }

    private static String topicAt(RedisCluster cluster, RedisServer primary) {
        return IntStream.iterate(0, number -> number + 1)
                .mapToObj(number -> "topic-" + number)
                .filter(name -> cluster.primaryOf(PARTITIONS.slotOf(PARTITIONS.of(new TopicName("shop", name))))
                        .equals(primary))
                .findFirst()
                .orElseThrow();
    }

    /// Waits until so many nodes have left their mark on the server.
    private static void awaitMarks(RedisServer server, int nodes) {
        Polling.until(nodes + " marks", () -> marks(server) >= nodes);
    }

    /// Of what begins like a session, only marks are texts.
    private static long marks(RedisServer server) {
        List<?> keys = (List<?>) Objects.requireNonNull(server.run("KEYS", "fanfare:*n:*"));
        return keys.stream()
                .filter(key -> "string".equals(server.run("TYPE", (String) key)))
                .count();
    }
}
