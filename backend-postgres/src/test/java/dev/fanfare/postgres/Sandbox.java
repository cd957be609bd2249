package dev.fanfare.postgres;

import dev.fanfare.testbed.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// A schema of its own for a test, on the server that all share.
final class Sandbox implements AutoCloseable {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final String server;
    private final String schema = "test_" + ProcessHandle.current().pid() + "_" + MADE.incrementAndGet();
    private Duration ahead = Duration.ZERO;

    Sandbox() {
        this(PostgresServer.someAddress());
    }

    Sandbox(String server) {
        this.server = server;
    }

    String address() {
        return server + "&currentSchema=" + schema;
    }

    String schema() {
        return schema;
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(server);
    }

    void execute(String statement) {
        try (Connection connection = connect();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        } catch (SQLException fault) {
            throw new AssertionError(statement, fault);
        }
    }

    /// Moves the store's clock: to the schema, time is what its function `clock` says.
    void moveClock(Duration by) {
        ahead = ahead.plus(by);
        execute("create or replace function " + schema + ".clock() returns bigint language sql volatile as"
                + " 'select (extract(epoch from clock_timestamp()) * 1000000)::bigint + "
                + ahead.toNanos() / 1000 + "'");
    }

    /// Ends the sessions of our backends with that purpose.
    void cut(String purpose) {
        execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = '" + purpose + "'");
    }

    @Override
    public void close() {
        execute("drop schema if exists " + schema + " cascade");
    }
}
