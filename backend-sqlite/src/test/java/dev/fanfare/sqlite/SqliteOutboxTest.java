package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.StartAt;
import dev.fanfare.contract.OutboxContract;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.spi.Backend;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteOutboxTest extends OutboxContract {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("topics.db");
    }

    @Override
    protected Backend open() {
        return SqliteBackend.in(file());
    }

    @Override
    protected Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    @Override
    protected String staging(String topic, String message) {
        return "insert into outbox(app, topic, message) values('shop', '" + topic + "', '" + message + "')";
    }

    @Override
    protected String outbox() {
        return "outbox";
    }

    /// PostgreSQL does not take it in the first place.
    @Test
    void whatIsNoJsonIsRefusedAndHoldsUpNothing() throws SQLException {
        execute(staging("orders/43", "no json"), staging("orders/43", "4"));
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop(), "orders/43", StartAt.earliest())) {
            assertThat(reader.messages(1)).containsExactly("4");
        }
    }
}
