package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// What a node tells the others.
@ExtendWith(ThreadLeaks.class)
final class WakerTest {
    private static final TopicName ORDERS = new TopicName("shop", "orders");
    private static final long SELF = 5;
    private static final long OTHER = 6;
    private static final int PATIENCE_MILLIS = 10_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    /// Between two notifications, at most.
    private static final long REST = TimeUnit.MILLISECONDS.toNanos(25);

    private final Sandbox sandbox = new Sandbox();
    private final Database database = Database.at(sandbox.address());

    @AfterEach
    void close() {
        sandbox.close();
    }

    @BeforeEach
    void prepare() {
        new Schema(database).prepare();
    }

    private void enter(long node) {
        sandbox.execute("select " + sandbox.schema() + ".enter(" + node + ")");
    }

    private Waker start() {
        return startAmong(1);
    }

    private Waker startAmong(int others) {
        return new Waker(database, SELF, () -> others);
    }

    private Connection listen() throws SQLException {
        Connection connection = sandbox.connect();
        try (Statement sql = connection.createStatement()) {
            sql.execute("listen " + sandbox.schema());
        }
        return connection;
    }

    @Test
    void whatANodeCommitsLastBeforeItIsClosedIsTold() throws SQLException {
        enter(OTHER);
        Waker waker = start();
        try (Connection connection = listen()) {
            waker.ping();
            assertThat(heard(connection)).isEqualTo(Wakes.name(SELF));

            waker.moved(ORDERS, 7);
            assertThat(waker.close()).as("all was told").isTrue();
            assertThat(heard(connection)).startsWith(Wakes.name(SELF) + "\n").endsWith(":7");
        } finally {
            waker.close();
        }
    }

    @Test
    void aNodeThatIsAloneTellsNobodyAndStillHearsItself() throws SQLException {
        enter(SELF);
        try (Connection connection = listen()) {
            Waker alone = start();
            alone.ping();
            assertThat(heard(connection)).isEqualTo(Wakes.name(SELF));
            alone.moved(ORDERS, 7);
            assertThat(alone.close()).as("all was told").isTrue();

            enter(OTHER);
            Waker one = start();
            one.ping();
            assertThat(heard(connection)).as("nothing before").isEqualTo(Wakes.name(SELF));
            one.moved(ORDERS, 8);
            one.close();
            assertThat(heard(connection)).endsWith(":8");
        }
    }

    /// To wake them costs the server the more, the more they are.
    @Test
    void manyNodesAreWokenLessOften() throws SQLException {
        enter(OTHER);
        Waker waker = startAmong(60);
        try (Connection connection = listen()) {
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < SECOND) {
                waker.moved(ORDERS, 7);
            }
            waker.close();
            long took = System.nanoTime() - begin;

            PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(PATIENCE_MILLIS);
            assertThat(heard).hasSizeBetween(2, (int) (took / REST) + 2);
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
