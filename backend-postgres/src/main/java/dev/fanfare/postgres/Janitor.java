package dev.fanfare.postgres;

import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Has the database delete what nobody can ask for any more, a little every second, and keeps those topics alive that
/// are read here. Between, the heart beats.
///
/// Threads: works on a thread of its own.
final class Janitor {
    private static final System.Logger LOG = System.getLogger(Janitor.class.getName());
    private static final int SWEPT_AT_ONCE = 5_000;
    private static final int KEPT_AT_ONCE = 1_000;
    private static final int KEEP_EVERY = 10;

    private final Database database;
    private final Supplier<Collection<TopicName>> read;
    private final Heartbeat heartbeat;
    private final Link link;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "fanfare-postgres-janitor");
        thread.setDaemon(true);
        return thread;
    });
    private long sweptTo;
    private int rounds;

    /// @param read tells which topics are read here
    Janitor(Database database, Supplier<Collection<TopicName>> read, Heartbeat heartbeat) {
        this.database = database;
        this.read = read;
        this.heartbeat = heartbeat;
        this.link = new Link(() -> database.connect("fanfare janitor"));
        thread.scheduleWithFixedDelay(this::work, 1, 1, TimeUnit.SECONDS);
    }

    private void work() {
        try {
            heartbeat.beat(link.get());
            sweep(link.get());
            if (rounds++ % KEEP_EVERY == 0) {
                keep(link.get());
            }
            link.proven();
        } catch (SQLException fault) {
            LOG.log(System.Logger.Level.DEBUG, () -> "sweeping " + database + " failed: " + fault.getMessage());
            link.broken();
        }
    }

    private void sweep(Connection connection) throws SQLException {
        try (PreparedStatement sql = connection.prepareStatement("select " + database.named("sweep") + "(?, ?)")) {
            new Arguments(sql).add(sweptTo).add(SWEPT_AT_ONCE);
            try (ResultSet row = sql.executeQuery()) {
                row.next();
                sweptTo = row.getLong(1);
            }
        }
    }

    private void keep(Connection connection) throws SQLException {
        List<TopicName> topics = new ArrayList<>(read.get());
        for (int at = 0; at < topics.size(); at += KEPT_AT_ONCE) {
            List<TopicName> some = topics.subList(at, Math.min(topics.size(), at + KEPT_AT_ONCE));
            try (PreparedStatement sql = connection.prepareStatement("select " + database.named("keep") + "(?, ?)")) {
                new Arguments(sql).texts(some, TopicName::app).texts(some, TopicName::name);
                sql.execute();
            }
        }
    }

    /// @param toldAll whether the others may forget this node
    void close(boolean toldAll) {
        if (toldAll && link.isUp()) {
            thread.execute(this::leave);
        }
        thread.shutdown();
        awaitEnd();
        link.close();
        thread.shutdownNow();
        awaitEnd();
    }

    private void leave() {
        try {
            heartbeat.end(link.get());
        } catch (SQLException fault) {
            LOG.log(System.Logger.Level.DEBUG, () -> "leaving " + database + " failed: " + fault.getMessage());
        }
    }

    private void awaitEnd() {
        try {
            thread.awaitTermination(Database.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
