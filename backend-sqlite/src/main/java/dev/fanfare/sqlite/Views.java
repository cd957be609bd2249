package dev.fanfare.sqlite;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Answers reads, each inside a transaction of its own: one that is open sees the file as it was when it began.
///
/// Threads: confined to a reader.
final class Views {
    private final Rows rows;

    Views(Rows rows) {
        this.rows = rows;
    }

    TopicView view(Read read, long now) throws SQLException {
        Rows.Topic topic = rows.topic(read.topic().app(), read.topic().name());
        if (topic == null || topic.isForgotten(now)) {
            return TopicView.ABSENT;
        }
        Head head = rows.head(topic, now);
        List<StoredEvent> events = new ArrayList<>();
        boolean more = read.maxBytes() > 0 && topic.hasLife() && addEvents(read, topic, now, events);
        StoredEvent snapshot = read.snapshot() && topic.snapshot() > 0 ? snapshot(topic) : null;
        return new TopicView(head, events, more, snapshot);
    }

    /// Tells whether there are more than the read has room for.
    private boolean addEvents(Read read, Rows.Topic topic, long now, List<StoredEvent> events) throws SQLException {
        long after = read.after().epoch() == topic.epoch() ? read.after().offset() : 0;
        PreparedStatement sql = rows.prepare(
                "select " + Rows.EVENT_COLUMNS
                        + " from event e where e.topic = ? and e.epoch = ? and e.off > ? and e.at > ? order by e.off",
                topic.id(),
                topic.epoch(),
                Math.max(after, topic.first() - 1),
                topic.forgetsUntil(now));
        long bytes = 0;
        try (ResultSet found = sql.executeQuery()) {
            while (found.next()) {
                StoredEvent event = Rows.event(found, 1);
                bytes += event.message().length();
                if (bytes > read.maxBytes() && !events.isEmpty()) {
                    return true;
                }
                events.add(event);
            }
        }
        return false;
    }

    private @Nullable StoredEvent snapshot(Rows.Topic topic) throws SQLException {
        PreparedStatement sql = rows.prepare(
                "select cast(? as integer), e.off, e.uid, e.prev_uid, e.at, e.name, e.conflatable, e.body"
                        + " from snapshot e where e.topic = ?",
                topic.epoch(),
                topic.id());
        try (ResultSet found = sql.executeQuery()) {
            return found.next() ? Rows.event(found, 1) : null;
        }
    }

    List<Staged> staged(int most, Set<TopicName> except) throws SQLException {
        return new Outgoing(rows).oldest(most, except);
    }

    /// Returns the place in the order of commits that has been reached.
    long last() throws SQLException {
        return rows.number(0, "select max(seq) from event");
    }

    TopicPage list(String app, String prefix, @Nullable String after, int limit, long now) throws SQLException {
        PreparedStatement sql = rows.prepare(
                "select " + Rows.TOPIC_COLUMNS + " from topic t where t.app = ? and t.name >= ? and t.name > ?"
                        + " and substr(t.name, 1, ?) = ? and t.state <> 2 and t.keep_until > ? order by t.name limit ?",
                app,
                prefix,
                after == null ? "" : after,
                (long) prefix.codePointCount(0, prefix.length()),
                prefix,
                now,
                limit + 1L);
        List<Rows.Topic> topics = new ArrayList<>();
        try (ResultSet found = sql.executeQuery()) {
            while (found.next()) {
                topics.add(Rows.topic(found, 1));
            }
        }
        List<TopicPage.Entry> page = new ArrayList<>();
        for (Rows.Topic topic : topics.subList(0, Math.min(limit, topics.size()))) {
            page.add(new TopicPage.Entry(topic.name(), rows.head(topic, now)));
        }
        String next = topics.size() > limit ? page.get(limit - 1).name() : null;
        return new TopicPage(page, next, Rows.time(now));
    }
}
