package dev.fanfare.sqlite;

import dev.fanfare.Event;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Outbox;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.TopicName;
import dev.fanfare.wire.Json;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The table `outbox`: what applications have staged in transactions of their own, until it is published.
///
/// Threads: confined to the thread that uses the connection.
final class Outgoing {
    private static final Pattern KEY = Pattern.compile(Pattern.quote(Outbox.KEY_PREFIX) + "(\\d{1,18})/(-?\\d{1,18})");

    private static final String INSERT =
            "insert into outbox(app, topic, message, name, snapshot, conflatable, closing) values(?, ?, ?, ?, ?, ?, ?)";

    /// How many are looked through for some of other topics: a long backlog of one is not looked through to its end.
    private static final int ROWS_A_LOOK = 20_000;

    private static final int BYTES_A_LOOK = 4 * 1024 * 1024;

    private final Rows rows;

    Outgoing(Rows rows) {
        this.rows = rows;
    }

    /// A row, as an idempotency key names it; the token keeps others from making names up.
    private record Row(long id, long token) {}

    private static @Nullable Row row(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() ? new Row(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))) : null;
    }

    /// Inserts an event in the transaction of the application whose connection it is.
    static void insert(Connection connection, TopicName topic, Event event) throws SQLException {
        try (PreparedStatement sql = connection.prepareStatement(INSERT)) {
            sql.setString(1, topic.app());
            sql.setString(2, topic.name());
            sql.setBytes(3, event.message().toArray());
            sql.setString(4, event.name());
            sql.setBoolean(5, event.snapshot());
            sql.setBoolean(6, event.conflatable());
            sql.setString(7, event.closing() == null ? null : event.closing().text());
            sql.executeUpdate();
        }
    }

    /// Returns fewer than `most` if they are large, but at least one.
    List<Staged> oldest(int most, Set<TopicName> except) throws SQLException {
        PreparedStatement sql = rows.prepare(
                "select id, token, app, topic, cast(message as blob), name, snapshot, conflatable, closing"
                        + " from (select * from outbox where refused is null order by id limit " + ROWS_A_LOOK + ")"
                        + " where (app, topic) not in (select value ->> 0, value ->> 1 from json_each(?))"
                        + " order by id limit ?",
                json(except),
                (long) most);
        List<Staged> staged = new ArrayList<>();
        int bytes = 0;
        try (ResultSet found = sql.executeQuery()) {
            while (bytes < BYTES_A_LOOK && found.next()) {
                Staged next = staged(found);
                bytes += next.message().length();
                staged.add(next);
            }
        }
        return staged;
    }

    private static String json(Set<TopicName> topics) {
        return Json.write(json -> {
                    json.writeStartArray();
                    for (TopicName topic : topics) {
                        json.writeStartArray()
                                .writeString(topic.app())
                                .writeString(topic.name())
                                .writeEndArray();
                    }
                    json.writeEndArray();
                })
                .utf8();
    }

    private static Staged staged(ResultSet row) throws SQLException {
        return new Staged(
                Outbox.KEY_PREFIX + row.getLong(1) + '/' + row.getLong(2),
                row.getString(3),
                row.getString(4),
                Bytes.owning(row.getBytes(5)),
                row.getString(6),
                row.getInt(7) != 0,
                row.getInt(8) != 0,
                row.getString(9));
    }

    /// Tells whether the key is that of a staged event which is not there any more.
    boolean wasTaken(@Nullable String key) throws SQLException {
        Row row = key == null ? null : row(key);
        return row != null
                && rows.number(
                                0,
                                "select count(*) from outbox where id = ? and token = ? and refused is null",
                                row.id,
                                row.token)
                        == 0;
    }

    /// Takes the event out; tells whether it was there.
    boolean remove(String key) throws SQLException {
        Row row = row(key);
        return row != null
                && rows.change("delete from outbox where id = ? and token = ? and refused is null", row.id, row.token);
    }

    /// Keeps the event with the reason; tells whether it was there.
    boolean refuse(String key, String reason) throws SQLException {
        Row row = row(key);
        return row != null
                && rows.change(
                        "update outbox set refused = ? where id = ? and token = ? and refused is null",
                        reason,
                        row.id,
                        row.token);
    }
}
