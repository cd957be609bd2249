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
    private long lastTopic; // that has been looked at in this round; 0 at its beginning
    private long lastEvent;

    Sweeper(Rows rows) {
        this.rows = rows;
    }

    /// Takes a few steps of a round through all topics and events.
    ///
    /// @param topics how many topics to look at, at most
    /// @param events how many events to look at, at most
    /// @return the topics that have been changed in the table
    List<TopicName> sweep(int topics, int events, long now, Predicate<TopicName> isRead) throws SQLException {
        deletePassed(events, now);
        List<TopicName> changed = new ArrayList<>();
        for (Rows.Topic topic : next(topics)) {
            boolean kept = topic.state() == Rows.OPEN && isRead.test(topic.fullName()) && keep(topic, now);
            if (sweep(topic, now) || kept) {
                changed.add(topic.fullName());
            }
        }
        return changed;
    }

    /// Deletes what history has lost, once the other processes have had the time to read it as news.
    ///
    /// Events go in the order in which they came, whatever their topics: neighbours share their pages.
    private void deletePassed(int most, long now) throws SQLException {
        long until = rows.number(
                Long.MAX_VALUE, "select seq from event where seq > ? order by seq limit 1 offset ?", lastEvent, (long)
                        most);
        rows.execute(
                "delete from event where seq > ? and seq <= ? and at < ? and off < coalesce((select case when"
                        + " t.epoch = event.epoch and t.keep_until > ? then t.first end from topic t"
                        + " where t.id = event.topic), 0x7fffffffffffffff)",
                lastEvent,
                until,
                now - LINGER,
                now);
        lastEvent = until == Long.MAX_VALUE ? 0 : until;
    }

    private List<Rows.Topic> next(int most) throws SQLException {
        List<Rows.Topic> topics = new ArrayList<>();
        PreparedStatement sql = rows.prepare(
                "select " + Rows.TOPIC_COLUMNS + " from topic t where t.id > ? order by t.id limit ?", lastTopic, (long)
                        most);
        try (ResultSet found = sql.executeQuery()) {
            while (found.next()) {
                topics.add(Rows.topic(found, 1));
            }
        }
        lastTopic = topics.size() < most ? 0 : topics.get(topics.size() - 1).id();
        return topics;
    }

    /// A topic that is open and read is not forgotten, however quiet it is.
    private boolean keep(Rows.Topic topic, long now) throws SQLException {
        return rows.change(
                "update topic set keep_until = ? + keep where id = ? and keep_until > ? and keep_until - ? < keep / 2",
                now,
                topic.id(),
                now,
                now);
    }

    /// Tells whether time has changed the topic.
    private boolean sweep(Rows.Topic topic, long now) throws SQLException {
        rows.execute("delete from used_key where topic = ? and until <= ?", topic.id(), now);
        if (topic.isForgotten(now)) {
            return topic.changed() < now - LINGER && remove(topic);
        }
        Rows.Topic young = withoutOld(topic, Math.min(now - topic.historyAge(), now - LINGER));
        boolean changed = young.first() > topic.first();
        if (changed) {
            rows.execute(
                    "update topic set first = ?, passed = ? where id = ?", young.first(), young.passed(), topic.id());
        }
        return changed;
    }

    /// Removes a forgotten topic; its row goes after its last event.
    private boolean remove(Rows.Topic topic) throws SQLException {
        forget(topic);
        rows.execute(
                "delete from topic where id = ?1 and not exists (select 1 from event where topic = ?1)", topic.id());
        return true;
    }

    /// Passes over the events up to that time. They are in the order of their times.
    private Rows.Topic withoutOld(Rows.Topic topic, long until) throws SQLException {
        PreparedStatement sql = rows.prepare(
                "select off, before from event where topic = ? and epoch = ? and off >= ? and at > ?"
                        + " order by off limit 1",
                topic.id(),
                topic.epoch(),
                topic.first(),
                until);
        try (ResultSet event = sql.executeQuery()) {
            return event.next()
                    ? topic.withHistory(event.getLong(1), event.getLong(2))
                    : topic.withHistory(topic.offset() + 1, topic.bytes());
        }
    }

    /// Forgets all that a later life of the name must not inherit.
    void forget(Rows.Topic topic) throws SQLException {
        rows.execute("delete from snapshot where topic = ?", topic.id());
        rows.execute("delete from used_key where topic = ?", topic.id());
        rows.execute("update topic set state = 2, keep_until = 0 where id = ?", topic.id());
    }
}
