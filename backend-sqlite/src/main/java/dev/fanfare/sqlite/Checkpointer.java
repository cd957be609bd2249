package dev.fanfare.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Moves the write-ahead log into the file a little after commits, so that no commit has to, and keeps the log short:
/// one that has been moved to its last page is written from its beginning again.
///
/// While others write, that page is never reached. So once the log is long, the last step is done in a turn; whoever
/// reads an older state at that moment puts it off until the next step.
///
/// What is written faster than it can be moved waits for that, in `keepShort`.
///
/// Threads: `committed` and `close` may be called by any, `keepShort` by who has the turn; the rest happens on its own
/// thread. The connection is guarded by `this`, which is taken after the turn.
final class Checkpointer {
    private static final System.Logger LOG = System.getLogger(Checkpointer.class.getName());
    private static final long PAUSE_MILLIS = 100;
    private static final long IDLE_MILLIS = 2_000;
    private static final long LONG_PAGES = 4_096; // 16 MiB

    private final Rows rows;
    private final Bus bus;
    private final Path log;
    private final Semaphore commits = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "fanfare-sqlite-checkpoint");
    private boolean failing;
    private volatile boolean closed;

    Checkpointer(Rows rows, Bus bus, Path log) {
        this.rows = rows;
        this.bus = bus;
        this.log = log;
        thread.setDaemon(true);
        thread.start();
    }

    void committed() {
        if (commits.availablePermits() == 0) {
            commits.release();
        }
    }

    /// Moves a log that has become too long, before more is added to it. What somebody still reads stays.
    void keepShort() throws SQLException, IOException {
        if (isTooLong()) {
            move("passive");
        }
    }

    /// Once it begins anew, a log is cut to this size.
    private boolean isTooLong() throws IOException {
        return Files.exists(log) && Files.size(log) > SqliteFile.MOST_LOG_BYTES;
    }

    private void run() {
        while (!closed) {
            try {
                boolean idle = !commits.tryAcquire(IDLE_MILLIS, TimeUnit.MILLISECONDS);
                if (idle) {
                    shrink();
                } else {
                    Thread.sleep(PAUSE_MILLIS);
                    commits.drainPermits();
                    checkpoint();
                }
                failing = false;
            } catch (SQLException | IOException fault) {
                failed(fault);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    /// The steps before the turn leave little for it.
    private void checkpoint() throws SQLException, IOException {
        if (move("passive") > LONG_PAGES) {
            move("passive");
            move("passive");
            moveInTurn("passive");
        }
    }

    /// Gives the disk back what a log has taken that somebody's long reading has made huge.
    private void shrink() throws SQLException, IOException {
        if (isTooLong()) {
            moveInTurn("truncate");
        }
    }

    private void moveInTurn(String how) throws SQLException, IOException {
        bus.takeTurn();
        try {
            move(how);
        } finally {
            bus.endTurn();
        }
    }

    /// Returns how many pages the log has.
    private synchronized long move(String how) throws SQLException {
        PreparedStatement sql = rows.prepare("pragma wal_checkpoint(" + how + ")");
        try (ResultSet result = sql.executeQuery()) {
            return result.next() ? result.getLong(2) : 0;
        }
    }

    private void failed(Exception fault) {
        if (!failing && !closed) {
            LOG.log(System.Logger.Level.WARNING, () -> "moving " + log + " into its file failed", fault);
        }
        failing = true;
    }

    /// Moves what is left into the file, wherever that is now: SQLite does so only with a file that is where it was.
    void finish() throws SQLException {
        move("passive");
    }

    void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join();
    }
}
