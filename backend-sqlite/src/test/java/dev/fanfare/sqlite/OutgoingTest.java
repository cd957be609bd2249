package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Durability;
import dev.fanfare.Event;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.TopicName;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is staged is looked at in parts.
final class OutgoingTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final int MEBI = 1 << 20;

    @TempDir
    Path folder;

    private Connection connection;
    private Rows rows;

    @BeforeEach
    void open() throws SQLException {
        SqliteFile file = new SqliteFile(folder.resolve("topics.db"), Durability.COMMITTED);
        file.make();
        connection = file.connect();
        rows = new Rows(connection);
    }

    @AfterEach
    void close() throws SQLException {
        rows.close();
    }

    private void stage(int count, int bytes) throws SQLException {
        for (int i = 0; i < count; i++) {
            Outgoing.insert(connection, TOPIC, Event.json("\"" + "x".repeat(bytes) + "\""));
        }
    }

    private List<Staged> look() throws SQLException {
        return new Outgoing(rows).oldest(500, Set.of());
    }

    @Test
    void onlySoManyBytesAreHeldAtOnce() throws SQLException {
        stage(20, MEBI / 2);
        assertThat(look()).hasSizeBetween(1, 10);
    }

    @Test
    void oneIsTakenHoweverLargeItIs() throws SQLException {
        stage(2, 6 * MEBI);
        assertThat(look()).hasSize(1);
    }
}
