package dev.fanfare.sqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The file: makes it, or finds out whether it is one of ours, and opens connections to it.
///
/// It is never opened by anything but SQLite: on POSIX systems, closing any other descriptor of it would release the
/// locks
/// that SQLite holds for this process.
final class SqliteFile {
    /// "Fanf", so that a database of another program is not taken for ours.
    private static final int APPLICATION_ID = 0x46616e66;

    /// How large the write-ahead log may stay when it is begun anew.
    static final long MOST_LOG_BYTES = 64L << 20;

    private static final int PATIENCE_MILLIS = 5_000;
    private static final int SCHEMA_VERSION = 1;
    private static final String[] SCHEMA = {
        """
        create table topic(
          id integer primary key, app text not null, name text not null,
          epoch integer not null, off integer not null, uid integer not null,
          state integer not null, reason text, snapshot integer not null,
          first integer not null, passed integer not null, bytes integer not null,
          history_age integer not null, created integer not null, changed integer not null, keep_until integer not null,
          keep integer not null default 0,
          unique(app, name))""", """
        create table event(
          seq integer primary key autoincrement, topic integer not null, epoch integer not null, off integer not null,
          uid integer not null, prev_uid integer not null, at integer not null, before integer not null, name text,
          conflatable integer not null, state integer not null, reason text, body blob not null)""", "create unique index event_place on event(topic, epoch, off)", """
        create table snapshot(
          topic integer primary key, off integer not null, uid integer not null, prev_uid integer not null,
          at integer not null, name text, conflatable integer not null, body blob not null)""", """
        create table used_key(
          topic integer not null, key text not null, epoch integer not null, off integer not null, uid integer not null,
          at integer not null, until integer not null, primary key(topic, key)) without rowid""",
    };

    private final Path path;

    SqliteFile(Path path) {
        this.path = path;
    }

    /// Refuses a file that is not ours to use. One that another process is just making may still be empty.
    ///
    /// @throws SqliteFileException if it cannot be used; it is left as it was
    void check() {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new SqliteFileException(path, "its folder does not exist; make it first");
        }
        if (Files.isDirectory(path)) {
            throw new SqliteFileException(path, "it is a folder; name a file");
        }
        if (!Files.isWritable(Files.exists(path) ? path : folder)) {
            throw new SqliteFileException(path, "it cannot be written to; check whose it is");
        }
        with(sql -> {
            sql.execute("begin"); // all that is asked is of one moment
            requireOurs(sql);
            sql.execute("commit");
        });
    }

    /// Makes the tables if they are missing. Only one process at a time may do so.
    void make() {
        with(sql -> {
            sql.execute("pragma journal_mode = wal");
            sql.execute("begin immediate");
            if (number(sql, "pragma user_version") == 0) {
                make(sql);
            }
            sql.execute("commit");
        });
    }

    private interface Statements {
        void run(Statement sql) throws SQLException;
    }

    private void with(Statements statements) {
        try (Connection connection = connect();
                Statement sql = connection.createStatement()) {
            statements.run(sql);
        } catch (SQLiteException fault) {
            throw new SqliteFileException(path, explain(fault.getResultCode(), fault));
        } catch (SQLException fault) {
            throw new SqliteFileException(path, String.valueOf(fault.getMessage()));
        }
    }

    private void requireOurs(Statement sql) throws SQLException {
        int application = number(sql, "pragma application_id");
        int version = number(sql, "pragma user_version");
        boolean fresh = application == 0 && version == 0 && number(sql, "select count(*) from sqlite_schema") == 0;
        if (!fresh && application != APPLICATION_ID) {
            throw new SqliteFileException(path, "it is the database of another program; name another file");
        }
        if (version > SCHEMA_VERSION) {
            throw new SqliteFileException(
                    path,
                    "a newer Fanfare has written it (schema " + version + ", this one knows " + SCHEMA_VERSION
                            + "); use that version");
        }
    }

    private static void make(Statement sql) throws SQLException {
        for (String table : SCHEMA) {
            sql.execute(table);
        }
        sql.execute("pragma application_id = " + APPLICATION_ID);
        sql.execute("pragma user_version = " + SCHEMA_VERSION);
    }

    private static int number(Statement sql, String query) throws SQLException {
        try (ResultSet result = sql.executeQuery(query)) {
            return result.next() ? result.getInt(1) : 0;
        }
    }

    private static String explain(SQLiteErrorCode code, SQLiteException fault) {
        return switch (code) {
            case SQLITE_NOTADB -> "it is no SQLite database; name another file";
            case SQLITE_CORRUPT -> "it is damaged; restore a backup, or move it away to begin anew";
            default -> String.valueOf(fault.getMessage());
        };
    }

    /// Where SQLite keeps what has been committed but not yet moved into the file.
    Path log() {
        return Path.of(path + "-wal");
    }

    /// Opens a connection whose transactions see one state of the file.
    Connection connect() throws SQLException {
        return connect(TransactionMode.DEFERRED, PATIENCE_MILLIS);
    }

    /// Opens a connection whose transactions keep other writers out from the beginning.
    Connection connectToWrite() throws SQLException {
        return connect(TransactionMode.IMMEDIATE, PATIENCE_MILLIS);
    }

    /// Opens a connection that never waits for a reader to end.
    Connection connectToCheckpoint() throws SQLException {
        return connect(TransactionMode.DEFERRED, 0);
    }

    private Connection connect(TransactionMode mode, int patienceMillis) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setTransactionMode(mode);
        config.setGetGeneratedKeys(false); // else every insert is followed by a query
        Connection connection =
                DriverManager.getConnection("jdbc:sqlite:" + path.toAbsolutePath(), config.toProperties());
        try (Statement sql = connection.createStatement()) {
            sql.execute("pragma busy_timeout = " + patienceMillis);
            sql.execute("pragma synchronous = normal");
            sql.execute("pragma wal_autocheckpoint = 0"); // a thread of its own does that
            sql.execute("pragma journal_size_limit = " + MOST_LOG_BYTES);
            sql.execute("pragma cache_size = -65536");
        } catch (SQLException fault) {
            connection.close();
            throw fault;
        }
        return connection;
    }
}
