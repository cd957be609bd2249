package dev.fanfare.postgres;

import dev.fanfare.Staging;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Capabilities;
import dev.fanfare.spi.Outbox;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Keeps topics in a PostgreSQL database, where any number of nodes share them.
///
/// An event that was accepted is committed, as safely as the server's `synchronous_commit` promises.
///
/// Threads: safe.
public final class PostgresBackend implements Backend, Outbox {
    static final int MAX_MESSAGE_BYTES = 1 << 20;

    private final Database database;
    private volatile CompletionStage<Void> start = CompletableFuture.completedStage(null);
    private volatile @Nullable PostgresNode node;
    private volatile boolean closed;

    private PostgresBackend(Database database) {
        this.database = database;
    }

    /// Names the database by an address of the JDBC driver, with user and password:
    /// `jdbc:postgresql://host/database?user=me&password=…`. Several hosts are tried until one is the primary.
    ///
    /// The tables are in the schema `fanfare`, or the one that the parameter `currentSchema` names; the first start
    /// makes them.
    ///
    /// @throws IllegalArgumentException if it is not such an address
    public static PostgresBackend at(String url) {
        return new PostgresBackend(Database.at(url));
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities("postgres", true, true, MAX_MESSAGE_BYTES);
    }

    /// Connects, makes the tables if there are none, and waits for a notification of its own.
    ///
    /// @return fails with [UnusableStoreException] if the database cannot be used
    @Override
    public CompletionStage<Void> start(BackendListener listener) {
        CompletionStage<Void> begun = CompletableFuture.runAsync(() -> node = PostgresNode.start(database, listener));
        start = begun;
        return begun;
    }

    private <T> CompletionStage<T> unlessClosed(String doing, Function<PostgresNode, CompletionStage<T>> action) {
        PostgresNode started = node;
        if (started == null || closed) {
            return CompletableFuture.failedStage(
                    Reader.away(doing, closed ? "it has been closed" : "it has not been started"));
        }
        BackendHealth health = started.health();
        return health.available()
                ? action.apply(started)
                : CompletableFuture.failedStage(Reader.away(doing, health.detail()));
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
        PostgresNode started = node;
        return started == null || closed
                ? CompletableFuture.failedStage(Reader.away("publishing", "it is not open"))
                : started.append(appends);
    }

    @Override
    public CompletionStage<List<TopicView>> read(List<Read> reads) {
        return unlessClosed("reading", started -> started.reader().read(reads));
    }

    @Override
    public CompletionStage<Void> attach(Collection<TopicName> topics) {
        return unlessClosed("attaching", started -> {
            topics.forEach(started.news()::attach);
            return CompletableFuture.completedStage(null);
        });
    }

    @Override
    public void detach(Collection<TopicName> topics) {
        PostgresNode started = node;
        if (started != null) {
            topics.forEach(started.news()::detach);
        }
    }

    @Override
    public CompletionStage<Void> watch(String app) {
        return unlessClosed("watching", started -> {
            started.news().watch(app);
            return CompletableFuture.completedStage(null);
        });
    }

    @Override
    public void unwatch(String app) {
        PostgresNode started = node;
        if (started != null) {
            started.news().unwatch(app);
        }
    }

    @Override
    public CompletionStage<TopicPage> list(String app, String prefix, @Nullable String after, int limit) {
        Views.Page page = new Views.Page(app, prefix, after, limit);
        return unlessClosed(
                "listing",
                started -> started.reader().ask("listing", (views, connection) -> views.list(connection, page)));
    }

    @Override
    public CompletionStage<Void> purge(String app) {
        return unlessClosed("purging", started -> started.purge(app));
    }

    @Override
    public Staging staging(Connection connection) {
        Views views = new Views(database);
        return new Staging((topic, event) -> views.stage(connection, topic, event), () -> {
            PostgresNode started = node;
            if (started != null) {
                started.relaySoon();
            }
        });
    }

    /// Publishes inside a transaction like `staging`, but at once: see [Direct] for what that costs.
    ///
    /// @param policy what the topics keep; the rules of a broadcaster do not hold here
    public Direct direct(Connection connection, TopicPolicy policy) {
        return new Direct(connection, database, policy, stored -> {
            PostgresNode started = node;
            if (started != null) {
                started.stored(stored);
            }
        });
    }

    @Override
    public CompletionStage<List<Staged>> staged(int most, Set<TopicName> except) {
        return unlessClosed("relaying", started -> started.staged(most, except));
    }

    @Override
    public CompletionStage<Boolean> settle(String key, @Nullable String refusal) {
        return unlessClosed("relaying", started -> started.settle(key, refusal));
    }

    @Override
    public void onStaged(Runnable hint) {
        PostgresNode started = node;
        if (started != null) {
            started.onStaged(hint);
        }
    }

    @Override
    public BackendHealth health() {
        PostgresNode started = node;
        return started == null || closed
                ? BackendHealth.unavailable(closed ? "closed" : "not started")
                : started.health();
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        boolean first = !closed;
        closed = true;
        return first
                ? start.handle((done, failure) -> node).thenAcceptAsync(started -> close(started, grace))
                : CompletableFuture.completedStage(null);
    }

    private static void close(@Nullable PostgresNode started, Duration grace) {
        if (started != null) {
            started.close(grace);
        }
    }

    /// Names the database, without the password.
    @Override
    public String toString() {
        return database.toString();
    }
}
