package dev.fanfare.faults;

import dev.fanfare.testbed.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// What happens to a PostgreSQL server by chance. Nothing that was committed is lost by it.
final class PostgresDeeds {
    private PostgresDeeds() {}

    static List<Deed> of(PostgresServer server) {
        return List.of(chance -> endSessions(server), chance -> crash(server, chance));
    }

    private static String endSessions(PostgresServer server) {
        try (Connection connection = DriverManager.getConnection(server.address());
                Statement sql = connection.createStatement()) {
            sql.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where backend_type = 'client backend' and pid <> pg_backend_pid() and random() < 0.5");
        } catch (SQLException failed) {
            throw new AssertionError("cannot end the sessions of PostgreSQL", failed);
        }
        return "end half of the sessions of PostgreSQL";
    }

    private static String crash(PostgresServer server, Chance chance) {
        server.crash();
        chance.pause(0, 3_000);
        server.start();
        return "crash PostgreSQL";
    }
}
