package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.FaultScale;
import dev.fanfare.contract.Flood;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.contract.Warnings;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.testbed.PgBouncer;
import dev.fanfare.testbed.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of events while sessions are ended, the server is stopped or frozen, or a pooler stands in between.
@ExtendWith(ThreadLeaks.class)
final class FaultsTest {
    private static final int SESSIONS = FaultScale.rounds(50, 100);
    private static final int CRASHES = FaultScale.rounds(3, 5);
    private static final TopicPolicy LARGE =
            TopicPolicy.DEFAULT.withHistory(1_000_000, 1 << 30, TopicPolicy.DEFAULT.historyAge());

    private final PostgresServer server = PostgresServer.shared();
    private final Sandbox sandbox = new Sandbox(server.address());
    private final Broadcaster broadcaster = open(sandbox.address());

    private static Broadcaster open(String address) {
        return Broadcaster.builder(PostgresBackend.at(address))
                .policy(LARGE)
                .clock(new ClockWithoutResync())
                .start();
    }

    @AfterEach
    void close() {
        broadcaster.close();
        sandbox.close();
    }

    @Test
    void anEventIsStoredOnceHoweverOftenTheCommittersSessionEnds() throws Exception {
        Publishers publishers = Publishers.start(broadcaster.app("shop"), 16);
        for (int round = 0; round < SESSIONS; round++) {
            publishers.awaitSuccesses(20);
            sandbox.cut("fanfare committer");
        }
        publishers.stopAndCheck();
    }

    @Test
    void aReaderMissesNothingHoweverOftenTheListenersSessionEnds() throws Exception {
        try (Broadcaster other = open(sandbox.address());
                RecordingSubscriber reader = RecordingSubscriber.of(other.app("shop"), "orders", StartAt.live())) {
            Publishers publishers = Publishers.start(broadcaster.app("shop"), 4);
            for (int round = 0; round < SESSIONS; round++) {
                publishers.awaitSuccesses(5);
                sandbox.cut("fanfare listener");
            }
            publishers.stopAndCheck();
            long head = broadcaster
                    .app("shop")
                    .topic("orders")
                    .state()
                    .orElseThrow()
                    .position()
                    .offset();
            for (long offset = 1; offset <= head; offset++) {
                assertThat(reader.next().position().offset()).isEqualTo(offset);
            }
        }
    }

    @Test
    void whatWasAcceptedIsStillThereAfterCrashesOfTheServer() throws Exception {
        Publishers publishers = Publishers.start(broadcaster.app("shop"), 16);
        for (int round = 0; round < CRASHES; round++) {
            publishers.awaitSuccesses(50);
            server.crash();
            server.start();
        }
        publishers.awaitSuccesses(50);
        publishers.stopAndCheck();
    }

    @Test
    void aFrozenServerIsNoticedAndPublishersAreToldInTime() throws Exception {
        CountDownLatch away = new CountDownLatch(1);
        CountDownLatch back = new CountDownLatch(1);
        broadcaster.app("shop").topic("orders").publish("1");
        AutoCloseable listening = broadcaster.onHealth(health -> (health.available() ? back : away).countDown());
        server.freeze();
        try {
            long begin = System.nanoTime();
            assertThatThrownBy(() -> broadcaster.app("shop").topic("orders").publish("2"))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            unknown -> assertThat(unknown.mayBeStored()).isTrue());
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(2_500));
            assertThat(away.await(6, TimeUnit.SECONDS)).as("noticed in time").isTrue();
            server.thaw();
            assertThat(back.await(20, TimeUnit.SECONDS)).as("recovered").isTrue();
        } finally {
            server.thaw();
            listening.close();
        }
        assertThat(broadcaster.health()).isEqualTo(BackendHealth.AVAILABLE);
        broadcaster.app("shop").topic("orders").publish("3");
    }

    @Test
    void aServerThatOnlyReadsIsAwayUntilItWritesAgain() throws Exception {
        Publishers publishers = Publishers.start(broadcaster.app("shop"), 4);
        publishers.awaitSuccesses(10);
        sandbox.execute("alter system set default_transaction_read_only = on");
        sandbox.execute("select pg_reload_conf()");
        sandbox.cut("fanfare committer");
        try {
            awaitRefusalByServerThatOnlyReads();
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(() -> broadcaster.app("shop").topic("others").publish("2"))
                        .isInstanceOfSatisfying(BackendUnavailableException.class, FaultsTest::requireOnlyReads);
            }
        } finally {
            sandbox.execute("alter system reset default_transaction_read_only");
            sandbox.execute("select pg_reload_conf()");
        }
        publishers.awaitSuccesses(10);
        publishers.stopAndCheck();
    }

    /// What was under way when the session ended may be refused for that.
    private void awaitRefusalByServerThatOnlyReads() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            try {
                broadcaster.app("shop").topic("others").publish("2");
            } catch (BackendUnavailableException refused) {
                if (!refused.mayBeStored()) {
                    requireOnlyReads(refused);
                    return;
                }
            }
            assertThat(System.nanoTime()).as("refused in time").isLessThan(end);
        }
    }

    private static void requireOnlyReads(BackendUnavailableException refused) {
        assertThat(refused).hasMessageContaining("targetServerType: primary");
        assertThat(refused.mayBeStored()).isFalse();
    }

    @Test
    void publishersThatAreFasterThanTheServerAreRefusedAndTheOthersAreStored() throws Exception {
        try (Node node = Node.start(PostgresBackend.at(sandbox.address()));
                Connection holder = sandbox.connect();
                Statement sql = holder.createStatement()) {
            holder.setAutoCommit(false);
            sql.execute("lock table " + sandbox.schema() + ".event");
            Flood flood = Flood.of(node);
            holder.rollback();
            flood.check();
        }
    }

    @Test
    void whatNoNodeHasSentDeafensNobody() {
        try (Broadcaster other = open(sandbox.address());
                RecordingSubscriber reader = RecordingSubscriber.of(other.app("shop"), "orders", StartAt.live())) {
            for (String text : List.of("", "x", "x\ny", "x\n+y", "x\nz:", "x\nz:z", "x\n+/")) {
                sandbox.execute("select pg_notify('" + sandbox.schema() + "', '" + text + "')");
            }
            broadcaster.app("shop").topic("orders").publish("1");
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    /// A client that waits no more leaves a session behind, which waits on.
    @Test
    void aCommitterThatHasToWaitForItsOwnPastIsGivenUpByTheServerFirst() throws Exception {
        try (Connection holder = sandbox.connect();
                Statement held = holder.createStatement()) {
            holder.setAutoCommit(false);
            try (ResultSet appender =
                    held.executeQuery("select id from " + sandbox.schema() + ".appender limit 1 for update")) {
                appender.next();
                assertThatThrownBy(() -> call("fence(" + appender.getLong(1) + ")"))
                        .hasMessageContaining("lock timeout");
            }
        }
    }

    @Test
    void whatSomebodyElseHoldsIsGivenUpByTheServerFirst() throws Exception {
        try (Connection holder = sandbox.connect();
                Statement sql = holder.createStatement()) {
            holder.setAutoCommit(false);
            sql.execute("set search_path = " + sandbox.schema());
            sql.execute("lock table topic, relay, node, poller in access exclusive mode");
            call("publish('shop', 'orders', '1')"); // so that there is something to relay
            sql.execute("lock table outbox in exclusive mode");
            Stream.of(
                            "purge('shop')",
                            "keep('{shop}', '{orders}')",
                            "read('{shop}', '{orders}', '{0}', '{0}', '{1}', '{f}')",
                            "news('{shop}', '{orders}', '{1}', 1)",
                            "list('shop', '', null, 1)",
                            "outcomes('{shop}', '{orders}', '{1}')",
                            "staged(1, 1, 1, '{}', '{}')",
                            "settle(1, null)",
                            "beat(1)",
                            "listen(1, 0)")
                    .parallel()
                    .forEach(call ->
                            assertThatThrownBy(() -> call(call)).as(call).hasMessageContaining("lock timeout"));
        }
    }

    private void call(String function) throws SQLException {
        try (Connection waiting = sandbox.connect();
                Statement sql = waiting.createStatement()) {
            sql.execute("set statement_timeout = '10s'");
            sql.execute("select * from " + sandbox.schema() + "." + function);
        }
    }

    @Test
    void aLongTransactionOfSomebodyElseHoldsNothingUp() throws Exception {
        try (Broadcaster other = open(sandbox.address());
                RecordingSubscriber reader = RecordingSubscriber.of(other.app("shop"), "orders", StartAt.live());
                Connection longer = sandbox.connect();
                Statement sql = longer.createStatement()) {
            longer.setAutoCommit(false);
            sql.execute("set transaction isolation level repeatable read");
            sql.execute("select * from " + sandbox.schema() + ".topic");
            sql.execute("create table " + sandbox.schema() + ".sale (total int)");
            long begin = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                broadcaster.app("shop").topic("orders").publish("" + i);
                assertThat(reader.event().message()).isEqualTo("" + i);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void behindAPoolerItPollsAndMissesNothingAndSaysSoOnce() throws Exception {
        try (Warnings warnings = Warnings.of(PostgresNode.class);
                PgBouncer pooler = PgBouncer.before(server);
                Broadcaster polling = open(server.addressAt(pooler.port()) + "&currentSchema=" + sandbox.schema());
                RecordingSubscriber reader = RecordingSubscriber.of(polling.app("shop"), "orders", StartAt.live());
                RecordingSubscriber there =
                        RecordingSubscriber.of(broadcaster.app("shop"), "orders/back", StartAt.live())) {
            for (int i = 0; i < 200; i++) {
                broadcaster.app("shop").topic("orders").publish("" + i);
                polling.app("shop").topic("orders/back").publish("" + i);
            }
            assertThat(reader.messages(200))
                    .isEqualTo(IntStream.range(0, 200).mapToObj(i -> "" + i).toList());
            assertThat(there.messages(200)).hasSize(200);
            assertThat(millisUntilHeard(reader)).isLessThanOrEqualTo(700);
            assertThat(warnings.texts())
                    .singleElement()
                    .asString()
                    .contains("looking for news every 50 ms", "connect to the server itself");
        }
    }

    /// Returns the 99th percentile of what it takes from publishing here until it is heard there.
    private long millisUntilHeard(RecordingSubscriber there) {
        long[] nanos = new long[100];
        for (int i = 0; i < nanos.length; i++) {
            long begin = System.nanoTime();
            broadcaster.app("shop").topic("orders").publish("" + i);
            assertThat(there.messages(1)).containsExactly("" + i);
            nanos[i] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        return TimeUnit.NANOSECONDS.toMillis(nanos[nanos.length - 2]);
    }
}
