package dev.fanfare.sqlite;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Reads what has been committed since the last look, by whichever process. There is one writer at a time, so the
/// sequence of rows is the order of commits, and nothing can appear before the place where the last look ended.
///
/// Threads: confined to the thread that waits for news.
final class Feed {
    private static final int ROWS_A_LOOK = 2_000;
    private static final int BYTES_A_LOOK = 4 * 1024 * 1024; // of what is wanted
    private static final String SQL = "select e.seq, e.state, e.reason, " + Rows.TOPIC_COLUMNS + ", "
            + Rows.EVENT_COLUMNS
            + " from event e join topic t on t.id = e.topic where e.seq > ? order by e.seq limit " + ROWS_A_LOOK;

    private static final int SEQ = 1;
    private static final int STATE = 2;
    private static final int REASON = 3;
    private static final int TOPIC = 4;
    private static final int APP = TOPIC + 1;
    private static final int NAME = TOPIC + 2;
    private static final int EVENT = TOPIC + Rows.TOPIC_WIDTH;

    private final Rows rows;
    private long last;
    private boolean hasMore;

    Feed(Rows rows) throws SQLException {
        this.rows = rows;
        this.last = rows.number(0, "select max(seq) from event");
    }

    /// Returns the next news of what is wanted, a topic's together; of much, the first part.
    ///
    /// @param wanted tells which topics concern anybody
    List<News.Item> look(Predicate<TopicName> wanted) throws SQLException {
        Map<TopicName, News.Item> items = new LinkedHashMap<>();
        List<News.Item> all = new ArrayList<>();
        PreparedStatement sql = rows.prepare(SQL, last);
        long at = last; // passed only when all of it has been read
        int looked = 0;
        int bytes = 0;
        try (ResultSet row = sql.executeQuery()) {
            while (bytes < BYTES_A_LOOK && row.next()) {
                looked++;
                at = row.getLong(SEQ);
                if (wanted.test(new TopicName(row.getString(APP), row.getString(NAME)))) {
                    bytes += add(row, Rows.topic(row, TOPIC), items, all);
                }
            }
        }
        last = at;
        hasMore = looked == ROWS_A_LOOK || bytes >= BYTES_A_LOOK;
        all.addAll(items.values());
        return all;
    }

    /// Tells whether the last look may have left something.
    boolean hasMore() {
        return hasMore;
    }

    /// Returns the last commit that could be looked at now.
    long end() throws SQLException {
        return rows.number(last, "select seq from sqlite_sequence where name = 'event'");
    }

    /// Passes over the commits up to that one, because they concern nobody.
    void skip(long end) {
        last = end;
    }

    /// The news of one life go together; those of the next follow. Returns the size of the message.
    private static int add(ResultSet row, Rows.Topic topic, Map<TopicName, News.Item> items, List<News.Item> all)
            throws SQLException {
        StoredEvent event = Rows.event(row, EVENT);
        Head head = head(row, topic, event);
        TopicName name = topic.fullName();
        News.Item before = items.get(name);
        List<StoredEvent> events = new ArrayList<>();
        long begunAt = event.offset() == 1 ? row.getLong(SEQ) : 0;
        if (before != null && before.head().epoch() == head.epoch()) {
            events = before.events();
            begunAt = Math.max(begunAt, before.begunAt());
        } else if (before != null) {
            all.add(before);
            items.remove(name);
        }
        if (head.state() != Head.State.DROPPED) {
            events.add(event);
        }
        items.put(name, new News.Item(name, head, events, begunAt));
        return event.message().length();
    }

    /// The topic as this event left it.
    private static Head head(ResultSet row, Rows.Topic topic, StoredEvent event) throws SQLException {
        return new Head(
                event.epoch(),
                event.offset(),
                event.uid(),
                Rows.state(row.getInt(STATE)),
                Rows.reason(row.getString(REASON)),
                topic.first(),
                topic.snapshot() <= event.offset() ? topic.snapshot() : 0,
                Rows.time(topic.created()),
                event.at());
    }
}
