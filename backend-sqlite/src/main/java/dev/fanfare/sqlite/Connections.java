package dev.fanfare.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// The connections to one open file, one for each thread that works on it.
///
/// Threads: confined to the one that opens and closes; each connection to its user.
final class Connections implements AutoCloseable {
    private final List<Rows> all = new ArrayList<>();
    final Rows writing;
    final Rows reading;
    final Rows waiting;
    final Rows checkpointing;

    Connections(SqliteFile file) throws SQLException {
        try {
            writing = rows(file.connectToWrite());
            reading = rows(file.connect());
            waiting = rows(file.connect());
            checkpointing = rows(file.connectToCheckpoint());
        } catch (SQLException failed) {
            close();
            throw failed;
        }
    }

    private Rows rows(Connection connection) {
        Rows rows = new Rows(connection);
        all.add(rows);
        return rows;
    }

    @Override
    public void close() throws SQLException {
        for (Rows rows : all) {
            rows.close();
        }
    }
}
