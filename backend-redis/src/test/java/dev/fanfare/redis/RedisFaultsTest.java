package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Flood;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.Polling;
import dev.fanfare.contract.RecordingListener.News;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.RedisServer;
import dev.fanfare.testbed.Toxic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of publishers and readers when their server is cut off, emptied, full, frozen or dead. Two nodes share
/// it: one publishes, the other reads.
@ExtendWith(ThreadLeaks.class)
final class RedisFaultsTest {
    private static final TopicPolicy LONG = TopicPolicy.DEFAULT.withHistory(1_000_000, 1 << 28, Duration.ofMinutes(10));
    private static final TopicName TOPIC = new TopicName("shop", "orders");

    private final RedisServer server = RedisServer.start("--appendonly", "yes");
    private final Broadcaster publishing = node();
    private final Broadcaster reading = node();
    private final Topic orders = publishing.app("shop").topic("orders");

    private Broadcaster node() {
        return Broadcaster.builder(RedisBackend.at(server.url())).policy(LONG).start();
    }

    @AfterEach
    void close() {
        publishing.close();
        reading.close();
        server.close();
    }

    private RecordingSubscriber subscribe() {
        return RecordingSubscriber.of(reading.app("shop"), "orders", StartAt.earliest());
    }

    /// Lets four publishers publish while `fault` strikes again and again, each time once twenty more events have been
    /// received: each event is received once, in order, and nothing is refused.
    private void surviveUnderLoad(int faults, Consumer<RedisServer> fault) {
        List<Position> received = new ArrayList<>();
        try (RecordingSubscriber subscriber = subscribe();
                Load load = new Load(orders, 4)) {
            for (int i = 0; i < faults; i++) {
                fault.accept(server);
                for (int n = 0; n < 20; n++) {
                    received.add(subscriber.event().position());
                }
            }
            List<Position> accepted = load.stop();
            while (received.size() < accepted.size()) {
                received.add(subscriber.event().position());
            }
            assertThat(received).containsExactlyInAnyOrderElementsOf(accepted);
            assertThat(received)
                    .extracting(Position::offset)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, accepted.size()).boxed().toList());
        }
    }

    @Test
    void readersThatAreCutOffAgainAndAgainMissAndRepeatNothing() {
        surviveUnderLoad(100, cut -> cut.run("CLIENT", "KILL", "TYPE", "pubsub"));
    }

    @Test
    void whatIsUnderWayWhenPublishersAreCutOffIsStoredOnce() {
        surviveUnderLoad(100, cut -> cut.run("CLIENT", "KILL", "TYPE", "normal"));
    }

    @Test
    void bothAtOnceChangeNothing() {
        surviveUnderLoad(50, RedisServer::cutConnections);
    }

    @Test
    void aServerThatForgetsItsScriptsIsToldAgain() {
        surviveUnderLoad(50, forgetful -> forgetful.run("SCRIPT", "FLUSH"));
    }

    @Test
    void aReaderThatIsCutOffBecauseTooMuchWaitsForItMissesNothing() {
        server.run("CONFIG", "SET", "client-output-buffer-limit", "pubsub 20kb 20kb 0");
        String large = "\"" + "x".repeat(50_000) + "\"";
        Set<String> connections = new HashSet<>();
        try (RecordingSubscriber subscriber = subscribe()) {
            for (int offset = 1; connections.size() < 10; offset++) {
                orders.publish(large);
                assertThat(subscriber.event().position().offset()).isEqualTo(offset);
                connections.addAll(connections("TYPE", "pubsub"));
            }
        }
    }

    @Test
    void aServerThatTakesARightAwayIsNamedAsTheReasonUntilItGivesItBack() {
        orders.publish("1");
        server.run("ACL", "SETUSER", "default", "-evalsha", "-eval");
        assertThat(failure("2")).hasMessageContaining("permission");
        server.run("ACL", "SETUSER", "default", "+@all");
        assertThat(publishUntilAccepted("3").offset()).isEqualTo(2);
    }

    @Test
    void publishersThatAreFasterThanTheServerAreRefusedAndTheOthersAreStored() {
        try (Node node = Node.start(RedisBackend.at(server.url()))) {
            server.pause();
            Flood flood = Flood.of(node);
            server.resume();
            flood.check();
        }
    }

    @Test
    void noMoreThan64MiBWaitForTheServer() {
        try (Node node = Node.start(RedisBackend.at(server.url()))) {
            Bytes large = Bytes.utf8("x".repeat(1 << 20));
            server.pause();
            List<CompletableFuture<List<AppendResult>>> answers = IntStream.range(0, 70)
                    .mapToObj(i -> node.backend()
                            .append(List.of(Draft.to(TOPIC, large).append()))
                            .toCompletableFuture())
                    .toList();
            List<Boolean> answered =
                    answers.stream().map(CompletableFuture::isDone).toList();
            server.resume();

            assertThat(answered.subList(0, 64)).containsOnly(false);
            assertThat(answered.subList(64, 70)).containsOnly(true);
            assertThat(answers.subList(64, 70))
                    .allSatisfy(answer -> assertThat(answer.join()).containsExactly(new AppendResult.Overloaded()));
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
            node.publish(TOPIC, "once there is room");
        }
    }

    @Test
    void aServerThatIsKilledAndStartedAgainGoesOnWhereItWas() {
        try (RecordingSubscriber subscriber = subscribe()) {
            orders.publish("1");
            assertThat(subscriber.event().message()).isEqualTo("1");
            server.kill();
            assertThat(failure("2")).isNotNull(); // perhaps sent before the end was noticed: then nobody knows
            assertThat(failure("2"))
                    .hasMessageContaining("refused")
                    .returns(false, BackendUnavailableException::mayBeStored);
            server.startAgain();
            Position next = publishUntilAccepted("3");

            Received event = subscriber.event();
            assertThat(event.message()).isEqualTo("3");
            assertThat(event.position()).isEqualTo(next);
            assertThat(next.offset()).isEqualTo(2);
        }
    }

    private BackendUnavailableException failure(String message) {
        return catchThrowableOfType(BackendUnavailableException.class, () -> orders.publish(message));
    }

    private Position publishUntilAccepted(String message) {
        while (true) {
            try {
                return orders.publish(message).position();
            } catch (BackendUnavailableException notYet) {
                assertThat(notYet.mayBeStored()).isFalse();
            }
        }
    }

    @Test
    void aServerThatIsEmptiedShowsAsOneGap() {
        try (RecordingSubscriber subscriber = subscribe()) {
            orders.publish("1");
            orders.publish("2");
            subscriber.messages(2);
            server.run("FLUSHALL");
            Position fresh = orders.publish("3").position();

            Delivery.Gap gap = subscriber.gap();
            assertThat(gap.cause()).isEqualTo(Delivery.Cause.EPOCH);
            assertThat(subscriber.event().position()).isEqualTo(fresh);
            orders.publish("4");
            assertThat(subscriber.event().message()).isEqualTo("4");
        }
    }

    @Test
    void aHistoryThatIsThrownAwayShowsAsAGapToWhoeverNeedsIt() {
        Position first = orders.publish("1").position();
        orders.publish("2");
        server.run("DEL", "fanfare:h:shop\u001forders");
        orders.publish("3");
        try (RecordingSubscriber subscriber =
                RecordingSubscriber.of(reading.app("shop"), "orders", StartAt.after(first))) {
            assertThat(subscriber.gap().cause()).isEqualTo(Delivery.Cause.TRUNCATED);
            assertThat(subscriber.event().message()).isEqualTo("3");
        }
    }

    @Test
    void aServerThatIsSilentIsNoticedAndWhatWasUnderWayIsStoredOnce() {
        try (Node node = Node.start(RedisBackend.at(server.url()))) {
            node.attach(TOPIC);
            node.publish(TOPIC, "1");
            server.pause();
            long begin = System.nanoTime();
            AppendResult result = node.append(Draft.to(TOPIC, "2"));
            Duration answered = Duration.ofNanos(System.nanoTime() - begin);
            node.news().await("the interruption", News.Interrupted.class::isInstance);
            Duration noticed = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(node.backend().health().available()).isFalse();
            server.resume();
            node.news().await("its end", News.Resumed.class::isInstance);

            assertThat(result)
                    .isInstanceOfSatisfying(
                            AppendResult.Unavailable.class,
                            unavailable -> assertThat(unavailable.mayBeStored()).isTrue());
            assertThat(answered).isLessThan(Duration.ofMillis(2_500));
            assertThat(noticed).isLessThan(Duration.ofSeconds(5));
            Position last = node.publish(TOPIC, "3");
            assertThat(node.messages(TOPIC)).isIn(List.of("1", "3"), List.of("1", "2", "3"));
            node.news().awaitAt(TOPIC, last);
        }
    }

    @Test
    void aConnectionThatAnswersTooMuchToBeInTimeIsNotGivenUp() {
        try (FaultProxy proxy = FaultProxy.before(server.port());
                Node node = Node.start(RedisBackend.at("redis://127.0.0.1:" + proxy.port()))) {
            node.publish(TOPIC, "x".repeat(256 * 1024));
            List<String> before = connections();
            proxy.add("slow", Direction.DOWNSTREAM, new Toxic.Bandwidth(1 << 20));
            Read large = new Read(TOPIC, Position.NONE, 256 * 1024, false);
            List<CompletableFuture<List<TopicView>>> reads = IntStream.range(0, 20)
                    .mapToObj(i -> node.backend().read(List.of(large)).toCompletableFuture())
                    .toList();
            long late = reads.stream()
                    .filter(read ->
                            read.handle((views, failure) -> failure != null).join())
                    .count();
            proxy.remove("slow");

            assertThat(late).isBetween(1L, 19L);
            assertThat(connections()).containsExactlyInAnyOrderElementsOf(before);
        }
    }

    /// Returns the numbers of the server's connections, but for that which asks.
    private List<String> connections(String... which) {
        List<String> list = new ArrayList<>(List.of("CLIENT", "LIST"));
        list.addAll(List.of(which));
        return String.valueOf(server.run(list.toArray(String[]::new)))
                .lines()
                .filter(line -> !line.contains("cmd=client|list"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();
    }

    @Test
    void aServerThatIsFullRefusesAndGoesOnOnceItHasRoom() {
        orders.publish("1");
        try (Node node = Node.start(RedisBackend.at(server.url()))) {
            server.run("CONFIG", "SET", "maxmemory", "1");
            assertThat(node.append(List.of(Draft.to(TOPIC, "2"), Draft.to(TOPIC, "3"))))
                    .hasOnlyElementsOfType(AppendResult.StorageFull.class);
            assertThat(node.messages(TOPIC)).containsExactly("1");

            server.run("CONFIG", "SET", "maxmemory", "0");
            node.publish(TOPIC, "4");
            assertThat(node.messages(TOPIC)).containsExactly("1", "4");
        }
    }

    /// A node that took its own silence for that of the server would connect anew again and again.
    @Test
    void whileAServerIsFullItsNewsAreStillHeard() {
        try (Node node = Node.start(RedisBackend.at(server.url()))) {
            node.publish(TOPIC, "1");
            server.run("CONFIG", "SET", "maxmemory", "1");
            long before = beats();
            Polling.until(
                    "beats", () -> beats() >= before + 9 || !node.news().all().isEmpty());
            assertThat(node.news().all()).isEmpty();
            server.run("CONFIG", "SET", "maxmemory", "0");
        }
    }

    /// Counts the messages that the three nodes have sent themselves.
    private long beats() {
        Matcher published = Pattern.compile("cmdstat_publish:calls=(\\d+)")
                .matcher(String.valueOf(server.run("INFO", "commandstats")));
        return published.find() ? Long.parseLong(published.group(1)) : 0;
    }
}
