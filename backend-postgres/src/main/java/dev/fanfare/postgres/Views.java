package dev.fanfare.postgres;

import dev.fanfare.Event;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Asks the database, by its functions.
///
/// Threads: safe; each call is given a connection of its own.
final class Views {
    /// How many bytes of events of a topic are told as news at once; who wants more reads it.
    private static final long NEWS_BYTES = 1 << 20;

    /// How many bytes of what is staged are looked at at once.
    private static final long STAGED_BYTES = 4 << 20;

    private static final int MOST_LISTED = 1_000;
    /// Longer than it takes to notice that a node has died.
    private static final Duration LATELY = Duration.ofSeconds(30);

    private final Database database;

    Views(Database database) {
        this.database = database;
    }

    /// Answers the reads, each as of one moment.
    List<TopicView> read(Connection connection, List<Read> reads) throws SQLException {
        String call = "select * from " + database.named("read") + "(?, ?, ?, ?, ?, ?)";
        try (PreparedStatement sql = connection.prepareStatement(call)) {
            new Arguments(sql)
                    .texts(reads, read -> read.topic().app())
                    .texts(reads, read -> read.topic().name())
                    .longs(reads, read -> read.after().epoch())
                    .longs(reads, read -> read.after().offset())
                    .ints(reads, Read::maxBytes)
                    .flags(reads, Read::snapshot);
            try (ResultSet rows = sql.executeQuery()) {
                return views(rows, reads);
            }
        }
    }

    private static List<TopicView> views(ResultSet rows, List<Read> reads) throws SQLException {
        List<View> views = new ArrayList<>(reads.size());
        reads.forEach(read -> views.add(new View()));
        while (rows.next()) {
            views.get(rows.getInt("ord") - 1).add(rows);
        }
        List<TopicView> finished = new ArrayList<>(reads.size());
        views.forEach(view -> finished.add(view.finish()));
        return finished;
    }

    /// A topic's rows, as they come.
    private static final class View {
        private @Nullable Head head;
        private final List<StoredEvent> events = new ArrayList<>();
        private @Nullable StoredEvent snapshot;

        void add(ResultSet row) throws SQLException {
            switch (row.getInt("kind")) {
                case Found.HEAD -> head = Found.head(row);
                case Found.EVENT -> events.add(Found.event(row));
                default -> snapshot = Found.event(row);
            }
        }

        TopicView finish() {
            Head found = head;
            if (found == null) {
                return TopicView.ABSENT;
            }
            boolean more = !events.isEmpty() && events.get(events.size() - 1).offset() < found.offset();
            return new TopicView(found, events, more, snapshot);
        }
    }

    /// Looks up what has become of topics, each since an offset.
    List<Stored> news(Connection connection, Map<TopicName, Long> since) throws SQLException {
        List<TopicName> topics = List.copyOf(since.keySet());
        String call = "select * from " + database.named("news") + "(?, ?, ?, ?)";
        try (PreparedStatement sql = connection.prepareStatement(call)) {
            new Arguments(sql)
                    .texts(topics, TopicName::app)
                    .texts(topics, TopicName::name)
                    .longs(topics, topic -> since.getOrDefault(topic, 1L))
                    .add(NEWS_BYTES);
            try (ResultSet rows = sql.executeQuery()) {
                return news(rows, topics);
            }
        }
    }

    private static List<Stored> news(ResultSet rows, List<TopicName> topics) throws SQLException {
        List<Stored> news = new ArrayList<>();
        while (rows.next()) {
            if (rows.getInt("kind") == Found.HEAD) {
                news.add(new Stored(topics.get(rows.getInt("ord") - 1), Found.head(rows), new ArrayList<>()));
            } else {
                news.get(news.size() - 1).events().add(Found.event(rows));
            }
        }
        return news;
    }

    /// What a page of topics is to hold.
    record Page(String app, String prefix, @Nullable String after, int limit) {}

    TopicPage list(Connection connection, Page page) throws SQLException {
        String call = "select * from " + database.named("list") + "(?, ?, ?, ?)";
        List<TopicPage.Entry> found = new ArrayList<>();
        try (PreparedStatement sql = connection.prepareStatement(call)) {
            new Arguments(sql).add(page.app).add(page.prefix).text(page.after).add(page.limit + 1);
            try (ResultSet rows = sql.executeQuery()) {
                while (rows.next()) {
                    found.add(new TopicPage.Entry(rows.getString("name"), Found.head(rows)));
                }
            }
        }
        boolean more = found.size() > page.limit;
        List<TopicPage.Entry> entries = found.subList(0, Math.min(page.limit, found.size()));
        String next = more ? entries.get(page.limit - 1).name() : null;
        return new TopicPage(List.copyOf(entries), next, Found.time(clock(connection)));
    }

    /// Returns the topics of the app whose lives began not long ago.
    List<TopicName> begunLately(Connection connection, String app) throws SQLException {
        List<TopicName> begun = new ArrayList<>();
        String after = null;
        do {
            TopicPage page = list(connection, new Page(app, "", after, MOST_LISTED));
            for (TopicPage.Entry topic : page.topics()) {
                if (topic.head().created().plus(LATELY).isAfter(page.asOf())) {
                    begun.add(new TopicName(app, topic.name()));
                }
            }
            after = page.next();
        } while (after != null);
        return begun;
    }

    private long clock(Connection connection) throws SQLException {
        try (PreparedStatement sql = connection.prepareStatement("select " + database.named("clock") + "()");
                ResultSet row = sql.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Drops all topics of the app; returns those that had a life, each with the offset of its end.
    Map<TopicName, Long> purge(Connection connection, String app) throws SQLException {
        Map<TopicName, Long> ended = new LinkedHashMap<>();
        try (PreparedStatement sql = connection.prepareStatement("select * from " + database.named("purge") + "(?)")) {
            new Arguments(sql).add(app);
            try (ResultSet rows = sql.executeQuery()) {
                while (rows.next()) {
                    ended.put(new TopicName(app, rows.getString("name")), rows.getLong("off"));
                }
            }
        }
        return ended;
    }

    /// Stages an event in the transaction of the application whose connection it is.
    void stage(Connection connection, TopicName topic, Event event) throws SQLException {
        String insert = "insert into " + database.named("outbox")
                + " (app, topic, message, name, snapshot, conflatable, closing) values (?, ?, ?, ?, ?, ?, ?)";
        try (PreparedStatement sql = connection.prepareStatement(insert)) {
            new Arguments(sql)
                    .text(topic.app())
                    .text(topic.name())
                    .add(event.message().toArray())
                    .text(event.name())
                    .add(event.snapshot())
                    .add(event.conflatable())
                    .text(event.closing() == null ? null : event.closing().text());
            sql.execute();
        }
    }

    /// Returns what applications have staged, if it is for this node to relay it: not much more than has room here.
    List<Staged> staged(Connection connection, long node, int most, Set<TopicName> except) throws SQLException {
        List<Staged> staged = new ArrayList<>();
        try (PreparedStatement sql =
                connection.prepareStatement("select * from " + database.named("staged") + "(?, ?, ?, ?, ?)")) {
            new Arguments(sql)
                    .add(node)
                    .add(most)
                    .add(STAGED_BYTES)
                    .texts(except, TopicName::app)
                    .texts(except, TopicName::name);
            try (ResultSet rows = sql.executeQuery()) {
                while (rows.next()) {
                    staged.add(staged(rows));
                }
            }
        }
        return staged;
    }

    private static Staged staged(ResultSet row) throws SQLException {
        return new Staged(
                OutboxKey.of(row.getLong("id")),
                row.getString("app"),
                row.getString("topic"),
                Bytes.owning(row.getBytes("message")),
                row.getString("name"),
                row.getBoolean("snapshot"),
                row.getBoolean("conflatable"),
                row.getString("closing"));
    }

    boolean settle(Connection connection, String key, @Nullable String refusal) throws SQLException {
        try (PreparedStatement sql = connection.prepareStatement("select " + database.named("settle") + "(?, ?)")) {
            new Arguments(sql).number(OutboxKey.id(key)).text(refusal);
            try (ResultSet row = sql.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
