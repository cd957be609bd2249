package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A server that has run out of something that others take.
@ExtendWith(ThreadLeaks.class)
final class ExhaustedServerTest {
    private final PostgresServer server = PostgresServer.start("max_notify_queue_pages = 64", "max_connections = 30");
    private final Sandbox sandbox = new Sandbox(server.address());
    private final Broadcaster other = start();
    private final Broadcaster node = start();

    private Broadcaster start() {
        return Broadcaster.builder(PostgresBackend.at(sandbox.address()))
                .clock(new ClockWithoutResync())
                .start();
    }

    @AfterEach
    void stop() {
        node.close();
        other.close();
        server.close();
    }

    /// A session that listens and never ends its transaction.
    @Test
    void whatIsPublishedWithoutRoomForNotificationsIsStoredAndToldOnceThereIsSome() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(other.app("shop"), "orders", StartAt.live());
                Connection stuck = sandbox.connect();
                Statement sql = stuck.createStatement()) {
            sql.execute("listen anything");
            stuck.setAutoCommit(false);
            sql.execute("select 1"); // in a transaction nothing is heard
            fillNotifications();

            assertThat(node.app("shop").topic("orders").publish("1").position().offset())
                    .isEqualTo(1);
            stuck.rollback();
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    private void fillNotifications() {
        String large = "x".repeat(7_000);
        try {
            while (true) {
                sandbox.execute("select pg_notify('anything', '" + large + "')");
            }
        } catch (AssertionError full) {
            assertThat(full).hasRootCauseMessage("ERROR: too many notifications in the NOTIFY queue");
        }
    }

    @Test
    void whileOthersHaveAllSessionsPublishersAreToldSo() throws SQLException {
        Deque<Connection> others = new ArrayDeque<>();
        try {
            takeAllSessions(others);
            try (Statement sql = others.getFirst().createStatement()) {
                sql.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where application_name = 'fanfare committer'");
            }
            others.addFirst(sandbox.connect()); // one of those that have ended
            takeAllSessions(others);

            assertThat(failure())
                    .hasMessageContaining("too many clients")
                    .hasMessageContaining("SQLSTATE 53300")
                    .returns(false, BackendUnavailableException::mayBeStored);
        } finally {
            for (Connection connection : others) {
                connection.close();
            }
        }
        publishAtLast();
    }

    private void takeAllSessions(Deque<Connection> taken) {
        try {
            while (true) {
                taken.add(sandbox.connect());
            }
        } catch (SQLException none) {
            assertThat(none.getMessage()).contains("too many clients");
        }
    }

    /// What was under way may be refused first because its session has ended.
    private BackendUnavailableException failure() {
        while (true) {
            try {
                node.app("shop").topic("orders").publish("1");
            } catch (BackendUnavailableException refused) {
                if (!refused.mayBeStored()
                        && !String.valueOf(refused.getMessage()).contains("terminat")) {
                    return refused;
                }
            }
        }
    }

    private void publishAtLast() {
        while (true) {
            try {
                node.app("shop").topic("orders").publish("2");
                return;
            } catch (BackendUnavailableException notYet) {
                assertThat(notYet.mayBeStored()).isFalse();
            }
        }
    }
}
