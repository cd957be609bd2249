package dev.fanfare.benchmarks;

import dev.fanfare.Broadcaster;
import dev.fanfare.Event;
import dev.fanfare.Staging;
import dev.fanfare.Topic;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Outbox;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/// An application at work in transactions of its own, and somebody else who publishes to other topics meanwhile.
///
/// @param writers how many of the application's connections are at work
/// @param work how long a transaction takes, with a row that it inserts, before it publishes and commits
/// @param publishing whether each transaction publishes an event, all to one topic
record Transacting(int writers, Duration work, boolean publishing) {
    private static final int RATE = 100;
    private static final int OTHER_TOPICS = 100;
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    /// @param committed how long the application's transactions took
    /// @param others from when an event of the other publisher was due until its acknowledgement
    record Outcome(Histogram committed, Histogram others) {}

    Outcome run(Store store, String app, Timing timing) throws SQLException {
        Backend backend = store.open();
        try (Broadcaster broadcaster = Broadcaster.on(backend);
                Connection setup = DriverManager.getConnection(store.name());
                Statement sql = setup.createStatement()) {
            sql.execute("create table if not exists sale(total int)");
            long begin = System.nanoTime() + timing.warmup().toNanos();
            long end = begin + timing.duration().toNanos();
            List<CompletableFuture<Histogram>> writing = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                writing.add(inThread(() -> write(store, (Outbox) backend, app, begin, end)));
            }
            Histogram others = publish(broadcaster, app, begin, end);
            Histogram committed = new Histogram(LONGEST_NANOS, 3);
            writing.forEach(writer -> committed.add(writer.join()));
            sql.execute("drop table sale");
            return new Outcome(committed, others);
        }
    }

    /// Something that takes time and may fail.
    private interface Work {
        Histogram run() throws SQLException;
    }

    private static CompletableFuture<Histogram> inThread(Work work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.run();
                    } catch (SQLException failed) {
                        throw new CompletionException(failed);
                    }
                },
                task -> new Thread(task).start());
    }

    private Histogram write(Store store, Outbox outbox, String app, long begin, long end) throws SQLException {
        Histogram committed = new Histogram(LONGEST_NANOS, 3);
        try (Connection connection = DriverManager.getConnection(store.name());
                PreparedStatement sale = connection.prepareStatement("insert into sale values (12)")) {
            connection.setAutoCommit(false);
            Staging staging = outbox.staging(connection);
            for (long now = System.nanoTime(); now < end; ) {
                sale.execute();
                LockSupport.parkNanos(now + work.toNanos() - System.nanoTime());
                if (publishing) {
                    staging.publish(app, "hot", Event.json("{\"total\":12}"));
                }
                connection.commit();
                if (publishing) {
                    staging.committed();
                }
                long after = System.nanoTime();
                if (now >= begin) {
                    committed.recordValue(after - now);
                }
                now = after;
            }
        }
        return committed;
    }

    private static Histogram publish(Broadcaster broadcaster, String app, long begin, long end) {
        Histogram acknowledged = new Histogram(LONGEST_NANOS, 3);
        int number = 0;
        for (long due = System.nanoTime(); due < end; due += TimeUnit.SECONDS.toNanos(1) / RATE) {
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            Topic topic = broadcaster.app(app).topic("other/" + number++ % OTHER_TOPICS);
            topic.publish(Event.json("1"));
            if (due >= begin) {
                acknowledged.recordValue(System.nanoTime() - due);
            }
        }
        return acknowledged;
    }
}
