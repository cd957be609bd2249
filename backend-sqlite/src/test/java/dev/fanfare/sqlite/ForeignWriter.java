package dev.fanfare.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// Writes to the tables as a person with a shell of SQLite would.
final class ForeignWriter {
    private ForeignWriter() {}

    /// Appends an event to every topic.
    static void append(Path file, String message) throws SQLException {
        execute(
                file,
                "create table if not exists their_own(text)",
                "insert into their_own values('not ours')",
                "insert into event(topic, epoch, off, uid, prev_uid, at, before, conflatable, state, body)"
                        + " select id, epoch, off + 1, 77, uid, changed, bytes, 0, 0, cast('" + message
                        + "' as blob) from topic",
                "update topic set off = off + 1, uid = 77, bytes = bytes + " + message.length());
    }

    private static void execute(Path file, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            sql.execute("pragma busy_timeout = 5000");
            sql.execute("begin immediate");
            for (String statement : statements) {
                sql.execute(statement);
            }
            sql.execute("commit");
        }
    }
}
