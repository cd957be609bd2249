package dev.fanfare.sqlite;

import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the tables hold, as Java; and the statements of one connection, prepared once.
///
/// Threads: confined to the thread that uses the connection.
final class Rows implements AutoCloseable {
    static final int OPEN = 0;
    static final int CLOSED = 1;
    static final int DROPPED = 2;

    static final String TOPIC_COLUMNS =
            "t.id, t.app, t.name, t.epoch, t.off, t.uid, t.state, t.reason, t.snapshot, t.first,"
                    + " t.passed, t.bytes, t.history_age, t.created, t.changed, t.keep_until";
    static final int TOPIC_WIDTH = 16;
    static final String EVENT_COLUMNS = "e.epoch, e.off, e.uid, e.prev_uid, e.at, e.name, e.conflatable, e.body";

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    /// A topic's row.
    ///
    /// @param first the first offset that number and bytes leave in history
    /// @param passed the bytes of this life's messages before `first`, or less: it is made exact when it matters
    /// @param bytes of all messages of this life
    /// @param historyAge in microseconds, as are all times
    record Topic(
            long id,
            String app,
            String name,
            long epoch,
            long offset,
            long uid,
            int state,
            @Nullable String reason,
            long snapshot,
            long first,
            long passed,
            long bytes,
            long historyAge,
            long created,
            long changed,
            long keepUntil) {
        boolean isForgotten(long now) {
            return keepUntil <= now;
        }

        /// Returns the time up to which events are too old to be history.
        long forgetsUntil(long now) {
            return Math.max(now, changed) - historyAge;
        }

        boolean hasLife() {
            return state != DROPPED;
        }

        /// Returns the same topic with another beginning of its history.
        Topic withHistory(long newFirst, long newPassed) {
            return new Topic(
                    id,
                    app,
                    name,
                    epoch,
                    offset,
                    uid,
                    state,
                    reason,
                    snapshot,
                    newFirst,
                    newPassed,
                    bytes,
                    historyAge,
                    created,
                    changed,
                    keepUntil);
        }

        TopicName fullName() {
            return new TopicName(app, name);
        }

        Position position() {
            return new Position(epoch, offset, (int) uid);
        }
    }

    Rows(Connection connection) {
        this.connection = connection;
    }

    /// Returns the statement with its parameters set: texts, numbers, bytes or null.
    PreparedStatement prepare(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            Object parameter = parameters[i];
            if (parameter instanceof Long number) {
                statement.setLong(i + 1, number);
            } else if (parameter instanceof byte[] bytes) {
                statement.setBytes(i + 1, bytes);
            } else {
                statement.setString(i + 1, (String) parameter);
            }
        }
        return statement;
    }

    void execute(String sql, @Nullable Object... parameters) throws SQLException {
        prepare(sql, parameters).execute();
    }

    /// Executes the statement; tells whether it has changed a row.
    boolean change(String sql, @Nullable Object... parameters) throws SQLException {
        return prepare(sql, parameters).executeUpdate() > 0;
    }

    /// Returns the number that the query finds; `otherwise` if it finds none.
    long number(long otherwise, String sql, @Nullable Object... parameters) throws SQLException {
        try (ResultSet found = prepare(sql, parameters).executeQuery()) {
            return found.next() ? found.getLong(1) : otherwise;
        }
    }

    @Nullable
    Topic topic(String app, String name) throws SQLException {
        String sql = "select " + TOPIC_COLUMNS + " from topic t where t.app = ? and t.name = ?";
        try (ResultSet found = prepare(sql, app, name).executeQuery()) {
            return found.next() ? topic(found, 1) : null;
        }
    }

    /// Reads a topic from the columns that begin at `at`.
    static Topic topic(ResultSet row, int at) throws SQLException {
        return new Topic(
                row.getLong(at),
                row.getString(at + 1),
                row.getString(at + 2),
                row.getLong(at + 3),
                row.getLong(at + 4),
                row.getLong(at + 5),
                row.getInt(at + 6),
                row.getString(at + 7),
                row.getLong(at + 8),
                row.getLong(at + 9),
                row.getLong(at + 10),
                row.getLong(at + 11),
                row.getLong(at + 12),
                row.getLong(at + 13),
                row.getLong(at + 14),
                row.getLong(at + 15));
    }

    /// Reads an event from the columns that begin at `at`.
    static StoredEvent event(ResultSet row, int at) throws SQLException {
        long offset = row.getLong(at + 1);
        return new StoredEvent(
                row.getLong(at),
                offset,
                offset - 1,
                row.getLong(at + 2),
                row.getLong(at + 3),
                time(row.getLong(at + 4)),
                row.getString(at + 5),
                row.getInt(at + 6) != 0,
                Bytes.owning(row.getBytes(at + 7)));
    }

    /// Returns the topic's head, of which the oldest event depends on the time.
    ///
    /// @param now may be before the topic's last event, if the clock was set back; nothing grows young by that
    Head head(Topic topic, long now) throws SQLException {
        long oldest = topic.hasLife()
                ? number(
                        topic.offset + 1,
                        "select off from event where topic = ? and epoch = ? and off >= ? and at > ? order by off limit 1",
                        topic.id,
                        topic.epoch,
                        topic.first,
                        topic.forgetsUntil(now))
                : topic.offset + 1;
        return new Head(
                topic.epoch,
                topic.offset,
                topic.uid,
                state(topic.state),
                reason(topic.reason),
                oldest,
                topic.snapshot,
                time(topic.created),
                time(topic.changed));
    }

    static Head.State state(int state) {
        return state == OPEN ? Head.State.OPEN : state == CLOSED ? Head.State.CLOSED : Head.State.DROPPED;
    }

    static @Nullable CloseReason reason(@Nullable String reason) {
        return reason == null ? null : new CloseReason(reason);
    }

    static Instant time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    /// Begins a transaction, of the kind that the connection was made for.
    ///
    /// The driver must know of it: else it tries to begin and to end one after every statement.
    void begin() throws SQLException {
        connection.setAutoCommit(false);
    }

    void commit() throws SQLException {
        connection.setAutoCommit(true);
    }

    /// Undoes what has begun. The statements are prepared anew: one that has failed is not to be used again.
    void rollBack() {
        try {
            execute("rollback");
        } catch (SQLException noTransaction) {
            // SQLite has rolled back by itself, or nothing had begun
        }
        try {
            connection.setAutoCommit(true);
        } catch (SQLException nothingToCommit) {
            // it says that there is no transaction, and knows so from now on
        }
        for (PreparedStatement statement : statements.values()) {
            try {
                statement.close();
            } catch (SQLException broken) {
                // it is forgotten all the same
            }
        }
        statements.clear();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
