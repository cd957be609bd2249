package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A server that has no room for notifications, because a session that is to hear them never ends its transaction.
@ExtendWith(ThreadLeaks.class)
final class NotificationsFullTest {
    private final PostgresServer server = PostgresServer.start("max_notify_queue_pages=64");
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

    @Test
    void whatIsPublishedMeanwhileIsStoredAndToldOnceThereIsRoom() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(other.app("shop"), "orders", StartAt.live());
                Connection stuck = sandbox.connect();
                Statement sql = stuck.createStatement()) {
            sql.execute("listen anything");
            stuck.setAutoCommit(false);
            sql.execute("select 1"); // in a transaction nothing is heard
            fill();

            assertThat(node.app("shop").topic("orders").publish("1").position().offset())
                    .isEqualTo(1);
            stuck.rollback();
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    private void fill() {
        String large = "x".repeat(7_000);
        try {
            while (true) {
                sandbox.execute("select pg_notify('anything', '" + large + "')");
            }
        } catch (AssertionError full) {
            assertThat(full).hasRootCauseMessage("ERROR: too many notifications in the NOTIFY queue");
        }
    }
}
