package dev.fanfare.postgres;

import dev.fanfare.contract.OutboxContract;
import dev.fanfare.spi.Backend;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;

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
}
