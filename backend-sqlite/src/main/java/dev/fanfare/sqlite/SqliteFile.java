package dev.fanfare.sqlite;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Durability;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.spi.Quote;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The file: makes it, or finds out whether it is one of ours, and opens connections to it.
///
/// It is never opened by anything but SQLite: on POSIX systems, closing any other descriptor of it would release the
/// locks that SQLite holds for this process.
final class SqliteFile {
    /// "Fanf", so that a database of another program is not taken for ours.
    private static final int APPLICATION_ID = 0x46616e66;

    /// How large the write-ahead log may stay when it is begun anew.
    static final long MOST_LOG_BYTES = 64L << 20;

    /// A file up to this size is looked through at the start, which takes a second for so much.
    private static final long MOST_LOOKED_THROUGH_BYTES = 256L << 20;

    /// How long a connection waits for another program; the writer then looks whether it is still to.
    private static final int READING_MILLIS = 1_500;

    private static final int WRITING_MILLIS = 200;
    private static final String DAMAGED = "it is damaged; restore a backup, or move it away to begin anew";
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
          at integer not null, until integer not null, primary key(topic, key)) without rowid""", """
        create table outbox(
          id integer primary key autoincrement, token integer not null default (random() >> 8),
          app text not null, topic text not null, message blob not null, name text, snapshot integer not null default 0,
          conflatable integer not null default 0, closing text, refused text)""", """
        create index outbox_waiting on outbox(id) where refused is null""",
    };

    private final Path path;
    private final Durability durability;
    private final FileSystems fileSystems;

    /// @param durability what a commit here promises: that it is committed, or that it is on the disk
    SqliteFile(Path path, Durability durability) {
        this(path, durability, FileSystems.REAL);
    }

    SqliteFile(Path path, Durability durability, FileSystems fileSystems) {
        this.path = path;
        this.durability = durability;
        this.fileSystems = fileSystems;
    }

    /// Returns the file's true place, so that two ways to it are one.
    static Path place(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        Path parent = absolute.getParent();
        return parent != null && Files.exists(parent) ? parent.toRealPath().resolve(absolute.getFileName()) : absolute;
    }

    Path path() {
        return path;
    }

    Durability durability() {
        return durability;
    }

    /// Which files stand at a place: the database, its write-ahead log, and the log's index, each by a key that the
    /// file system gives it; null where there is none. A key may be given again once nobody has the file open.
    record Identity(
            @Nullable Object file,
            @Nullable Object log,
            @Nullable Object index) {}

    /// Returns what stands at the file's place now. Nothing is opened for that.
    Identity identity() {
        return new Identity(fileKey(path), fileKey(log()), fileKey(index()));
    }

    /// Tells whether the files at this place are those that were there before.
    boolean isStill(Identity before) {
        return Objects.equals(before.file, fileKey(path)) && Objects.equals(before.index, fileKey(index()));
    }

    private static @Nullable Object fileKey(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException missing) {
            return null;
        }
    }

    /// Removes the log and the index of a file that stands here no more: SQLite would take them for those of the file
    /// that stands here now, or will. Only one process at a time may do so. A log that has events stays, if
    /// nobody knows whose they are.
    ///
    /// @param gone what had been here and is still open, so that no other has its keys; null if this is not known
    void removeWhatIsLeft(@Nullable Identity gone) throws IOException {
        Identity now = identity();
        if (gone != null && Objects.equals(gone.file, now.file)) {
            return; // it has not gone, and others have it open
        }
        boolean missing = !Files.exists(path);
        if ((missing && bytes(log()) == 0) || (gone != null && gone.log != null && gone.log.equals(now.log))) {
            Files.deleteIfExists(log());
        }
        if (missing || (gone != null && gone.index != null && gone.index.equals(now.index))) {
            Files.deleteIfExists(index());
        }
    }

    /// Refuses a file that is not ours to use. One that another process is just making may still be empty.
    ///
    /// @throws UnusableStoreException if it cannot be used; it is left as it was
    /// @throws BackendUnavailableException if another program holds it
    void check() {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw unusable("its folder does not exist; make it first");
        }
        if (Files.isDirectory(path)) {
            throw unusable("it is a folder; name a file");
        }
        if (bytes(path) == 0 && bytes(log()) > 0) {
            throw unusable("it is missing or empty, but its log has events; put it back, or move "
                    + Quote.of(log().toString()) + " away to begin anew");
        }
        requireWritable(folder);
        fileSystems.requireLocal(path, folder);
        look(sql -> {
            sql.execute("begin"); // all that is asked is of one moment
            requireOurs(sql);
            sql.execute("commit");
        });
    }

    /// All that is there must be: without any of it, nothing can be written.
    private void requireWritable(Path folder) {
        for (Path part : List.of(path, log(), index(), folder, Bus.folder(path), Bus.lock(path))) {
            if (Files.exists(part) && !Files.isWritable(part)) {
                throw unusable(Quote.of(part.toString())
                        + " cannot be written to; check whose it is, and whether its disk is mounted for reading only");
            }
        }
    }

    private UnusableStoreException unusable(String reason) {
        return new UnusableStoreException(Quote.of(path.toString()), reason);
    }

    /// Refuses a file that is damaged, unless it is too large to be looked through.
    void requireWhole() {
        if (bytes(path) <= MOST_LOOKED_THROUGH_BYTES) {
            look(sql -> {
                if (!text(sql, "pragma quick_check(1)").equals("ok")) {
                    throw unusable(DAMAGED);
                }
            });
        }
    }

    /// Makes the tables if they are missing. Only one process at a time may do so.
    void make() {
        with(this::connect, sql -> {
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

    private interface Opening {
        Connection connect() throws SQLException;
    }

    /// Looks at what is there; whatever opens a file that is missing or empty makes one, and deletes what it takes for
    /// the log of another.
    private void look(Statements statements) {
        if (bytes(path) > 0) {
            with(this::connectToLook, statements);
        }
    }

    private void with(Opening opening, Statements statements) {
        try (Connection connection = opening.connect();
                Statement sql = connection.createStatement()) {
            statements.run(sql);
        } catch (SQLiteException fault) {
            throw explain(fault.getResultCode(), fault);
        } catch (SQLException fault) {
            throw unusable(String.valueOf(fault.getMessage()));
        }
    }

    private void requireOurs(Statement sql) throws SQLException {
        int application = number(sql, "pragma application_id");
        int version = number(sql, "pragma user_version");
        boolean fresh = application == 0 && version == 0 && number(sql, "select count(*) from sqlite_schema") == 0;
        if (!fresh && application != APPLICATION_ID) {
            throw unusable("it is the database of another program; name another file");
        }
        if (version > SCHEMA_VERSION) {
            throw unusable("a newer Fanfare has written it (schema " + version + ", this one knows " + SCHEMA_VERSION
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

    private static String text(Statement sql, String query) throws SQLException {
        try (ResultSet result = sql.executeQuery(query)) {
            return result.next() ? result.getString(1) : "";
        }
    }

    private RuntimeException explain(SQLiteErrorCode code, SQLiteException fault) {
        return code == SQLiteErrorCode.SQLITE_BUSY
                ? new BackendUnavailableException(
                        Quote.of(path.toString()),
                        "starting",
                        "another program holds it; end that, or wait until it is done",
                        false)
                : unusable(reason(code, fault));
    }

    private static String reason(SQLiteErrorCode code, SQLiteException fault) {
        return switch (code) {
            case SQLITE_NOTADB -> "it is no SQLite database; name another file";
            case SQLITE_CORRUPT -> DAMAGED;
            default -> String.valueOf(fault.getMessage());
        };
    }

    /// Where SQLite keeps what has been committed but not yet moved into the file.
    Path log() {
        return Path.of(path + "-wal");
    }

    private Path index() {
        return Path.of(path + "-shm");
    }

    /// Opens a connection whose transactions see one state of the file.
    Connection connect() throws SQLException {
        return connect(TransactionMode.DEFERRED, READING_MILLIS);
    }

    /// Opens a connection whose transactions keep other writers out from the beginning.
    Connection connectToWrite() throws SQLException {
        return connect(TransactionMode.IMMEDIATE, WRITING_MILLIS);
    }

    /// Opens a connection that never waits for a reader to end.
    Connection connectToCheckpoint() throws SQLException {
        return connect(TransactionMode.DEFERRED, 0);
    }

    /// Opens a connection that changes nothing, not even at its end. Else the last to close a file moves its log into
    /// it; one without a log may not be opened for reading only, since it would be left with an empty log.
    private Connection connectToLook() throws SQLException {
        SQLiteConfig config = configuration(TransactionMode.DEFERRED);
        config.setReadOnly(bytes(log()) > 0);
        return connect(config, READING_MILLIS);
    }

    /// Returns 0 for a file that is missing, too.
    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException missing) {
            return 0;
        }
    }

    private static SQLiteConfig configuration(TransactionMode mode) {
        SQLiteConfig config = new SQLiteConfig();
        config.setTransactionMode(mode);
        config.setGetGeneratedKeys(false); // else every insert is followed by a query
        return config;
    }

    private Connection connect(TransactionMode mode, int patienceMillis) throws SQLException {
        return connect(configuration(mode), patienceMillis);
    }

    private Connection connect(SQLiteConfig config, int patienceMillis) throws SQLException {
        Connection connection =
                DriverManager.getConnection("jdbc:sqlite:" + path.toAbsolutePath(), config.toProperties());
        try (Statement sql = connection.createStatement()) {
            sql.execute("pragma busy_timeout = " + patienceMillis);
            sql.execute("pragma synchronous = " + (durability == Durability.FSYNCED ? "full" : "normal"));
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
