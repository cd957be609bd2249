package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Draft;
import dev.fanfare.contract.FaultScale;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

/// What many nodes that read nothing cost one that publishes much: the server wakes each of them for each notification.
@ExtendWith(ThreadLeaks.class)
final class IdleListenersTest {
    private static final int LISTENERS = 50;
    private static final int PUBLISHERS = 64;
    private static final int ROUNDS = FaultScale.rounds(3, 9);
    private static final int EVENTS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Sandbox sandbox = new Sandbox(PostgresServer.shared().address());
    private final Node node = Node.start(PostgresBackend.at(sandbox.address()));

    @AfterEach
    void close() {
        node.close();
        sandbox.close();
    }

    @Test
    void fiftyNodesThatOnlyListenLeaveAtLeastHalfOfThePace() throws SQLException {
        List<Double> alone = new ArrayList<>();
        List<Double> amongOthers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pace(); // pays for the JVM's warming up
        }
        for (int round = 0; round < ROUNDS; round++) {
            alone.add(pace());
            try (Idle others = new Idle(sandbox)) {
                awaitBeats();
                amongOthers.add(pace());
                others.awaitNewsForAll();
            }
            awaitBeats();
        }
        assertThat(median(amongOthers) / median(alone))
                .as("events per second: %s alone, %s among others", alone, amongOthers)
                .isGreaterThanOrEqualTo(0.5);
    }

    /// Waits until all nodes that are whole have seen who else there is.
    private void awaitBeats() throws SQLException {
        try (Connection connection = sandbox.connect();
                Statement sql = connection.createStatement()) {
            sql.execute("set search_path = " + sandbox.schema());
            long now = number(sql, "select clock()");
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (number(sql, "select min(seen) from node where id > 0") <= now) {
                assertThat(System.nanoTime()).as("a beat in time").isLessThan(end);
            }
        }
    }

    private static long number(Statement sql, String query) throws SQLException {
        try (ResultSet row = sql.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Returns how many events are stored in a second for publishers that each wait for their answer.
    private double pace() {
        AtomicInteger left = new AtomicInteger(EVENTS);
        long begin = System.nanoTime();
        CompletableFuture.allOf(IntStream.range(0, PUBLISHERS)
                        .mapToObj(publisher -> publish(new TopicName("shop", "orders/" + publisher), left))
                        .toArray(CompletableFuture<?>[]::new))
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        return EVENTS * 1e9 / (System.nanoTime() - begin);
    }

    private CompletableFuture<Void> publish(TopicName topic, AtomicInteger left) {
        if (left.getAndDecrement() <= 0) {
            return CompletableFuture.completedFuture(null);
        }
        return node.backend()
                .append(List.of(Draft.to(topic, "{\"total\":12}").append()))
                .toCompletableFuture()
                .thenCompose(results -> {
                    assertThat(results.get(0)).isInstanceOf(AppendResult.Accepted.class);
                    return publish(topic, left);
                });
    }

    /// What a busy machine does to one of them does not count.
    private static double median(List<Double> paces) {
        return paces.stream().sorted().toList().get(paces.size() / 2);
    }

    /// Nodes as the server and the publisher see them. One is whole, so that there is somebody to tell. Of the
    /// others there is the session that listens, read by one thread for all: fifty whole ones, which have machines
    /// of their own, would take five hundred sessions and threads from this one.
    private static final class Idle implements AutoCloseable {
        private final Sandbox sandbox;
        private final Node whole;
        private final List<Connection> listening = new ArrayList<>();
        private final CompletableFuture<Void> allHaveHeard = new CompletableFuture<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile boolean over;

        Idle(Sandbox sandbox) throws SQLException {
            this.sandbox = sandbox;
            whole = Node.start(PostgresBackend.at(sandbox.address()));
            whole.attach(new TopicName("shop", "deliveries"));
            Database database = Database.at(sandbox.address());
            while (listening.size() < LISTENERS - 1) {
                Connection connection = database.connectToListen();
                listening.add(connection);
                try (Statement sql = connection.createStatement()) {
                    sql.execute("select " + database.named("enter") + "(" + -listening.size() + ")");
                    sql.execute("listen " + sandbox.schema());
                }
            }
            new Thread(this::read, "idle listeners").start();
        }

        private void read() {
            Set<Connection> heard = new HashSet<>();
            try {
                while (!over) {
                    for (Connection connection : listening) {
                        if (connection.unwrap(PGConnection.class).getNotifications(2).length > 0) {
                            heard.add(connection);
                        }
                    }
                    if (heard.size() == listening.size()) {
                        allHaveHeard.complete(null);
                    }
                }
            } catch (SQLException fault) {
                allHaveHeard.completeExceptionally(fault);
            } finally {
                ended.complete(null);
            }
        }

        void awaitNewsForAll() {
            allHaveHeard.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        }

        @Override
        public void close() throws SQLException {
            over = true;
            ended.join();
            for (Connection connection : listening) {
                connection.close();
            }
            sandbox.execute("delete from " + sandbox.schema() + ".node where id < 0");
            whole.close();
        }
    }
}
