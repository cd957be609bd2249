package dev.fanfare.sqlite;

import dev.fanfare.spi.TopicName;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Deletes from the tables what nobody can ask for any more, inside the transaction that the caller has begun.
///
/// Threads: confined to the writer.
final class Sweeper {
    private static final long LINGER = 5_000_000; // microseconds

    private final Rows rows;

    Sweeper(Rows rows) {
        this.rows = rows;
    }

    /// Deletes what time has made useless of the topics after `after`, and keeps those alive that somebody reads.
    ///
    /// @return the last topic that it has looked at; 0 after the last of all
    long sweep(long after, int most, long now, Predicate<TopicName> isRead) throws SQLException {
        List<Rows.Topic> topics = new ArrayList<>();
        PreparedStatement sql = rows.prepare(
                "select " + Rows.TOPIC_COLUMNS + " from topic t where t.id > ? order by t.id limit ?", after, (long)
                        most);
        try (ResultSet found = sql.executeQuery()) {
            while (found.next()) {
                topics.add(Rows.topic(found, 1));
            }
        }
        for (Rows.Topic topic : topics) {
            if (topic.state() == Rows.OPEN && isRead.test(topic.fullName())) {
                keep(topic, now);
            }
            sweep(topic, now);
        }
        return topics.size() < most ? 0 : topics.get(topics.size() - 1).id();
    }

    /// A topic that is open and read is not forgotten, however quiet it is.
    private void keep(Rows.Topic topic, long now) throws SQLException {
        rows.execute(
                "update topic set keep_until = ? + keep where id = ? and keep_until > ? and keep_until - ? < keep / 2",
                now,
                topic.id(),
                now,
                now);
    }

    private void sweep(Rows.Topic topic, long now) throws SQLException {
        rows.execute("delete from used_key where topic = ? and until <= ?", topic.id(), now);
        if (topic.isForgotten(now)) {
            if (topic.changed() < now - LINGER) {
                forget(topic);
                rows.execute("delete from event where topic = ?", topic.id());
                rows.execute("delete from topic where id = ?", topic.id());
            }
            return;
        }
        Rows.Topic young = withoutOld(topic, Math.min(now - topic.historyAge(), now - LINGER));
        if (young.first() > topic.first()) {
            rows.execute(
                    "update topic set first = ?, bytes = ? where id = ?", young.first(), young.bytes(), topic.id());
        }
        deleteBefore(topic, young.first(), now);
        for (String otherLives : List.of("epoch < ?", "epoch > ?")) {
            rows.execute(
                    "delete from event where topic = ? and " + otherLives + " and at < ?",
                    topic.id(),
                    topic.epoch(),
                    now - LINGER);
        }
    }

    /// Passes over the events up to that time. They are in the order of their times.
    private Rows.Topic withoutOld(Rows.Topic topic, long until) throws SQLException {
        long first = topic.first();
        long bytes = topic.bytes();
        PreparedStatement sql = rows.prepare(
                "select off, at, length(body) from event where topic = ? and epoch = ? and off >= ? order by off",
                topic.id(),
                topic.epoch(),
                first);
        try (ResultSet event = sql.executeQuery()) {
            while (event.next() && event.getLong(2) <= until) {
                first = event.getLong(1) + 1;
                bytes -= event.getLong(3);
            }
        }
        return topic.withHistory(first, bytes);
    }

    /// Deletes what stands before that offset, once the other processes have had the time to read it.
    void deleteBefore(Rows.Topic topic, long first, long now) throws SQLException {
        rows.execute(
                "delete from event where topic = ? and epoch = ? and off < ? and at < ?",
                topic.id(),
                topic.epoch(),
                first,
                now - LINGER);
    }

    /// Forgets all that a later life of the name must not inherit.
    void forget(Rows.Topic topic) throws SQLException {
        rows.execute("delete from snapshot where topic = ?", topic.id());
        rows.execute("delete from used_key where topic = ?", topic.id());
        rows.execute("update topic set state = 2, keep_until = 0 where id = ?", topic.id());
    }
}
