package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.FaultScale;
import dev.fanfare.contract.Polling;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Waiting;
import dev.fanfare.testbed.RedisServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of a node whose server stands still, or does not let its user do any more what is needed: it says why,
/// and goes on by itself.
@ExtendWith(ThreadLeaks.class)
final class RedisLockedOutTest {
    /// Two seconds, and what a busy machine may add.
    private static final Duration IN_TIME = Duration.ofMillis(3_500);

    private final RedisServer server = RedisServer.start("--enable-debug-command", "yes");
    private final Broadcaster other = node(server.url());
    private final Broadcaster node = nodeOfMe();
    private final Topic orders = node.app("shop").topic("orders");
    private final RecordingSubscriber subscriber =
            RecordingSubscriber.of(node.app("shop"), "orders", StartAt.earliest());

    private Broadcaster nodeOfMe() {
        server.run(RedisPermissions.of("me", "secret"));
        return node(urlOfMe());
    }

    private String urlOfMe() {
        return server.url().replace("://", "://me:secret@");
    }

    private static Broadcaster node(String url) {
        return Broadcaster.builder(RedisBackend.at(url))
                .clock(new ClockWithoutResync())
                .start();
    }

    @AfterEach
    void close() {
        subscriber.close();
        node.close();
        other.close();
        server.close();
    }

    private void tell(Topic topic, String message) {
        topic.publish(message);
        assertThat(subscriber.event().message()).isEqualTo(message);
    }

    private BackendUnavailableException failure() {
        return catchThrowableOfType(BackendUnavailableException.class, () -> orders.publish("\"refused\""));
    }

    private void awaitHealth(Predicate<BackendHealth> wanted) {
        Polling.until("another health", () -> wanted.test(node.health()));
    }

    @Test
    void publishesThatWaitForAServerThatStandsStillFailInTimeAndHoldNoThreads() {
        tell(orders, "1");
        String seconds = String.valueOf(FaultScale.rounds(4, 10));
        CompletableFuture<?> still = CompletableFuture.runAsync(() -> server.run("DEBUG", "SLEEP", seconds));
        Topic quiet = node.app("shop").topic("quiet");
        Polling.until("the server to stand still", () -> !isAnsweredAtOnce(quiet));
        int before = threads();
        long begin = System.nanoTime();
        List<CompletableFuture<Receipt>> publishes =
                Stream.generate(() -> publish(quiet)).limit(500).toList();
        List<Throwable> failures = publishes.stream()
                .map(publish -> publish.handle((done, failure) -> failure).join())
                .toList();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(IN_TIME);
        assertThat(threads() - before).isLessThan(64);
        assertThat(failures)
                .extracting(Waiting::cause)
                .hasOnlyElementsOfType(BackendUnavailableException.class)
                .allSatisfy(failure -> assertThat(failure).hasMessageContaining("no answer in time"));
        still.join();
        awaitHealth(BackendHealth::available);
        tell(orders, "2");
    }

    private static CompletableFuture<Receipt> publish(Topic topic) {
        return topic.publishAsync(Event.json("{}")).toCompletableFuture();
    }

    /// Nothing else tells that the server has begun to stand still.
    private static boolean isAnsweredAtOnce(Topic topic) {
        return publish(topic)
                .thenApply(receipt -> true)
                .completeOnTimeout(false, 200, TimeUnit.MILLISECONDS)
                .join();
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    @Test
    void aUserWhoMayNotListenAnyMoreIsToldSoAndMissesNothingOnceHeMay() {
        tell(orders, "1");
        server.run("ACL", "SETUSER", "me", "resetchannels");
        awaitHealth(health -> health.detail().contains("permission"));
        other.app("shop").topic("orders").publish("2");
        server.run("ACL", "SETUSER", "me", "&fanfare:*");
        assertThat(subscriber.event().message()).isEqualTo("2");
        awaitHealth(BackendHealth::available);
        tell(other.app("shop").topic("orders"), "3");
    }

    @Test
    void aPasswordThatChangesIsNamedAsTheReasonOnceItIsAskedForUntilItIsChangedBack() {
        tell(orders, "1");
        server.run("ACL", "SETUSER", "me", "resetpass", ">another");
        tell(orders, "2");
        assertThat(Refusal.of(urlOfMe())).contains("it does not accept the user or the password");
        server.run("CLIENT", "KILL", "USER", "me");
        awaitHealth(health -> health.detail().contains("WRONGPASS"));
        long begin = System.nanoTime();
        assertThat(failure())
                .hasMessageContaining("WRONGPASS")
                .returns(false, BackendUnavailableException::mayBeStored);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(IN_TIME);
        server.run("ACL", "SETUSER", "me", "resetpass", ">secret");
        awaitHealth(BackendHealth::available);
        tell(orders, "3");
    }
}
