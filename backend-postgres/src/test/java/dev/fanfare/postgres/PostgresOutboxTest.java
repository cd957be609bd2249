package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.StartAt;
import dev.fanfare.contract.OutboxContract;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.spi.Backend;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PostgresOutboxTest extends OutboxContract {
    private final Sandbox sandbox = new Sandbox();

    @AfterEach
    void drop() {
        sandbox.close();
    }

    @Override
    protected Backend open() {
        return PostgresBackend.at(sandbox.address());
    }

    @Override
    protected Connection connect() throws SQLException {
        return sandbox.connect();
    }

    @Override
    protected String staging(String topic, String message) {
        String call = topic.startsWith("$jobs/")
                ? "update_job('shop', '" + topic.substring("$jobs/".length())
                : "publish('shop', '" + topic;
        return "select " + sandbox.schema() + "." + call + "', '" + message + "')";
    }

    @Override
    protected String outbox() {
        return sandbox.schema() + ".outbox";
    }

    @Test
    void aRoleThatMayOnlyInsertIntoTheOutboxPublishes() throws SQLException {
        String role = "till_of_" + sandbox.schema();
        execute(
                "create role " + role,
                "grant usage on schema " + sandbox.schema() + " to " + role,
                "grant insert on " + outbox() + " to " + role);
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop(), "orders/42", StartAt.live())) {
            execute("set role " + role, staging("orders/42", "{\"total\":12}"));
            assertThat(reader.messages(1)).containsExactly("{\"total\":12}");
        } finally {
            execute("drop owned by " + role, "drop role " + role);
        }
    }
}
