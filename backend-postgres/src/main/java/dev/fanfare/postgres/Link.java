package dev.fanfare.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A connection of one thread, made again when it is broken: at once the first time, then ever more slowly.
///
/// Threads: confined to its thread, but for `close`.
final class Link implements AutoCloseable {
    private static final long SHORTEST_PAUSE = 50;
    private static final long LONGEST_PAUSE = 250;

    private final Connecting connecting;
    private volatile @Nullable Connection connection;
    private volatile boolean closed;
    private long pause;

    /// Makes a connection that is ready for its purpose.
    interface Connecting {
        Connection connect() throws SQLException;
    }

    Link(Connecting connecting) {
        this.connecting = connecting;
    }

    boolean isUp() {
        return connection != null;
    }

    /// Returns the connection; after a failure not before a pause.
    Connection get() throws SQLException {
        Connection present = connection;
        if (present != null) {
            return present;
        }
        rest();
        pause = Math.max(SHORTEST_PAUSE, Math.min(2 * pause, LONGEST_PAUSE));
        Connection made = connecting.connect();
        connection = made;
        if (closed) {
            close();
            throw new SQLException("closed");
        }
        return made;
    }

    private void rest() throws SQLException {
        try {
            TimeUnit.MILLISECONDS.sleep(pause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", interrupted);
        }
    }

    PreparedStatement prepare(String sql) throws SQLException {
        return get().prepareStatement(sql);
    }

    /// Says that the connection works.
    void proven() {
        pause = 0;
    }

    /// Gives the connection up.
    void broken() {
        Connection lost = connection;
        connection = null;
        if (lost != null) {
            try {
                lost.abort(Runnable::run);
            } catch (SQLException gone) {
                // that is what was wanted
            }
        }
    }

    /// Closes the connection; a thread that waits for its answer is told so.
    @Override
    public void close() {
        closed = true;
        broken();
    }
}
