package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// What a node tells the others.
@ExtendWith(ThreadLeaks.class)
final class WakerTest {
    private static final TopicName ORDERS = new TopicName("shop", "orders");
    private static final int PATIENCE_MILLIS = 10_000;

    private final Sandbox sandbox = new Sandbox();
    private final Database database = Database.at(sandbox.address());

    @AfterEach
    void close() {
        sandbox.close();
    }

    @Test
    void whatANodeCommitsLastBeforeItIsClosedIsTold() throws SQLException {
        new Schema(database).prepare();
        Waker waker = new Waker(database, sandbox.schema(), "me");
        try (Connection connection = sandbox.connect();
                Statement sql = connection.createStatement()) {
            sql.execute("listen " + sandbox.schema());
            waker.ping();
            assertThat(heard(connection)).isEqualTo("me");

            waker.moved(ORDERS, 7);
            assertThat(waker.close()).as("all was told").isTrue();
            assertThat(heard(connection)).startsWith("me\n").contains(":7");
        } finally {
            waker.close();
        }
    }

    private static String heard(Connection connection) throws SQLException {
        PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(PATIENCE_MILLIS);
        assertThat(heard).hasSize(1);
        return heard[0].getParameter();
    }
}
