package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.RecordingListener.News;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Unavailable;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisServer;
import dev.fanfare.testbed.Toxic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of a node whose server takes connections and then says nothing.
@ExtendWith(ThreadLeaks.class)
final class RedisSilenceTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");

    private final RedisServer server = RedisServer.start();
    private final FaultProxy proxy = FaultProxy.before(server.port());

    @AfterEach
    void close() {
        proxy.close();
        server.close();
    }

    private Node node() {
        return Node.start(RedisBackend.at("redis://127.0.0.1:" + proxy.port()));
    }

    @Test
    void aConnectionThatFallsSilentWhileItIsSubscribedAgainIsMadeAnew() throws InterruptedException {
        try (Node node = node()) {
            node.attach(TOPIC);
            CountDownLatch struck = new CountDownLatch(1);
            proxy.add("silence", Direction.UPSTREAM, new Toxic.SilentFrom("SUBSCRIBE", struck));
            proxy.cut();
            assertThat(struck.await(20, TimeUnit.SECONDS)).isTrue();
            proxy.remove("silence");
            node.news().await("the end of the interruption", News.Resumed.class::isInstance);

            node.news().awaitAt(TOPIC, node.publish(TOPIC, "a"));
        }
    }

    /// Only news come over it: publishing goes on.
    @Test
    void aConnectionForNewsThatFallsSilentAloneIsNoticedInTimeAndNothingIsMissed() throws InterruptedException {
        try (Node node = node();
                Broadcaster reading = Broadcaster.builder(RedisBackend.at("redis://127.0.0.1:" + proxy.port()))
                        .clock(new ClockWithoutResync())
                        .start();
                RecordingSubscriber subscriber =
                        RecordingSubscriber.of(reading.app("shop"), "orders", StartAt.earliest())) {
            node.attach(TOPIC);
            List<String> others = commandConnections();
            CountDownLatch struck = new CountDownLatch(2);
            proxy.add("silence", Direction.DOWNSTREAM, new Toxic.SilentFrom("fanfare:c:shop", struck));
            node.publish(TOPIC, "1");
            assertThat(struck.await(20, TimeUnit.SECONDS)).isTrue();
            long begin = System.nanoTime();
            proxy.remove("silence");
            node.publish(TOPIC, "2");
            node.news().await("the interruption", News.Interrupted.class::isInstance);
            Duration noticed = Duration.ofNanos(System.nanoTime() - begin);
            node.news().await("its end", News.Resumed.class::isInstance);
            node.news().awaitAt(TOPIC, node.publish(TOPIC, "3"));

            assertThat(subscriber.messages(3)).containsExactly("1", "2", "3");
            assertThat(noticed).isLessThan(Duration.ofSeconds(5));
            assertThat(node.news().all())
                    .filteredOn(News.Interrupted.class::isInstance)
                    .hasSize(1);
            assertThat(commandConnections()).containsExactlyInAnyOrderElementsOf(others);
        }
    }

    /// Returns the numbers of the server's connections for commands, but for that which asks.
    private List<String> commandConnections() {
        return String.valueOf(server.run("CLIENT", "LIST", "TYPE", "normal"))
                .lines()
                .filter(line -> !line.contains("cmd=client|list"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();
    }

    @Test
    void whatHasNoAnswerWhenTheGraceOfAClosingIsOverIsAnsweredThatItMayBeStored() {
        try (Node node = node();
                Node other = Node.start(RedisBackend.at(server.url()))) {
            node.publish(TOPIC, "a");
            proxy.add("silence", Direction.DOWNSTREAM, new Toxic.Timeout());
            List<CompletableFuture<List<AppendResult>>> answers = IntStream.range(0, 500)
                    .mapToObj(number -> node.backend()
                            .append(List.of(Draft.to(TOPIC, "" + number).append()))
                            .toCompletableFuture())
                    .toList();
            node.backend()
                    .close(Duration.ofMillis(100))
                    .toCompletableFuture()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();

            assertThat(answers).allMatch(CompletableFuture::isDone);
            List<Unavailable> results = answers.stream()
                    .map(answer -> (Unavailable) answer.join().get(0))
                    .toList();
            long mayBeStored = results.stream().filter(Unavailable::mayBeStored).count();
            assertThat(mayBeStored).isBetween(1L, 499L);
            assertThat(other.head(TOPIC).offset()).isBetween(2L, 1 + mayBeStored);
        }
    }

    /// The hosts that say nothing are passed over one after the other, for longer than a start is waited for.
    @Test
    void aStartThatIsNotWaitedForAnyLongerLeavesNothingBehind() {
        proxy.add("silence", new Toxic.Timeout());
        String silent = "127.0.0.1:" + proxy.port() + ",";
        String url = RedisCluster.shared().url().replace("://", "://" + silent.repeat(4));
        assertThatThrownBy(() -> Broadcaster.on(RedisBackend.at(url)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("starting");
    }
}
