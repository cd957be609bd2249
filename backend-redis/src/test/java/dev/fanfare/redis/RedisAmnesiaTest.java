package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery.Cause;
import dev.fanfare.Position;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What readers are told when their server has forgotten what they have read: nothing is silent, and it takes no event
/// to notice.
@ExtendWith(ThreadLeaks.class)
final class RedisAmnesiaTest {
    private final ClockWithoutResync clock = new ClockWithoutResync();

    /// A node, its server, and a reader who has read what was published.
    private final class Scene implements AutoCloseable {
        final RedisServer server;
        final Broadcaster node;
        final Topic topic;
        final RecordingSubscriber subscriber;

        Scene(String... options) {
            server = RedisServer.start(options);
            node = Broadcaster.builder(RedisBackend.at(server.url()))
                    .clock(clock)
                    .start();
            topic = node.app("shop").topic("orders");
            subscriber = RecordingSubscriber.of(node.app("shop"), "orders", StartAt.earliest());
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

    @Test
    void aServerThatIsEmptiedShowsAsAGapWhenTheNodeComparesNextEvenWithoutAnEvent() {
        try (Scene scene = new Scene()) {
            scene.tell("1", "2");
            scene.server.run("FLUSHALL");
            clock.resync();
            assertThat(scene.subscriber.gap().cause()).isEqualTo(Cause.EPOCH);
            scene.tell("3", "4");
        }
    }
}
