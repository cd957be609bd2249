package dev.fanfare.sqlite;

import dev.fanfare.Durability;
import dev.fanfare.Staging;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Capabilities;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Outbox;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Keeps topics in a SQLite file. They survive the process, and all processes of the machine that open the file see
/// each other's events.
///
/// An event that was accepted is committed: it survives the end of the process, and all but the last moments survive
/// the end of the machine. With `fsynced` it is on the disk, too.
///
/// Threads: safe.
public final class SqliteBackend implements Backend, Outbox {
    private final Path path;
    private final Durability durability;
    private final Clock clock;
    private volatile CompletionStage<Void> start = CompletableFuture.completedStage(null);
    private volatile @Nullable Opened opened;
    private volatile Runnable onStaged = () -> {};
    private volatile boolean closed;

    private record Opened(SqliteStore store, News news) {}

    private SqliteBackend(Path path, Durability durability, Clock clock) {
        this.path = path;
        this.durability = durability;
        this.clock = clock;
    }

    /// Names the file; it is opened, or made, at the start.
    public static SqliteBackend in(Path file) {
        return in(file, Clock.system());
    }

    public static SqliteBackend in(Path file, Clock clock) {
        return new SqliteBackend(file, Durability.COMMITTED, clock);
    }

    /// Returns a backend on the same file that accepts an event only once it is on the disk, so that the end of the
    /// machine loses nothing: each commit waits for the disk. All of a process that open a file open it in the same
    /// way.
    public SqliteBackend fsynced() {
        return new SqliteBackend(path, Durability.FSYNCED, clock);
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities("sqlite", true, true, Ledger.MAX_MESSAGE_BYTES);
    }

    /// Opens the file.
    ///
    /// @return fails with [UnusableStoreException] if it cannot be used; it has then been left as it was
    @Override
    public CompletionStage<Void> start(BackendListener listener) {
        CompletionStage<Void> begun = CompletableFuture.supplyAsync(
                        () -> SqliteStore.acquire(path, durability, clock), SqliteBackend::onItsOwnThread)
                .thenAccept(store -> {
                    News news = store.audience().join();
                    news.begin(listener);
                    opened = new Opened(store, news);
                });
        start = begun;
        return begun;
    }

    private <T> CompletionStage<T> unlessClosed(String doing, Function<Opened, CompletionStage<T>> action) {
        Opened open = opened;
        return open == null || closed
                ? CompletableFuture.failedStage(SqliteStore.away(doing, closed ? "it has been closed" : "not started"))
                : action.apply(open);
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
        return unlessClosed("publishing", open -> open.store.append(appends));
    }

    @Override
    public CompletionStage<List<TopicView>> read(List<Read> reads) {
        return unlessClosed(
                "reading",
                open -> open.store.read("reading", (views, now) -> {
                    List<TopicView> all = new ArrayList<>(reads.size());
                    for (Read read : reads) {
                        all.add(views.view(read, now));
                    }
                    return all;
                }));
    }

    @Override
    public CompletionStage<Void> attach(Collection<TopicName> topics) {
        return unlessClosed("attaching", open -> {
            open.news.attached().addAll(topics);
            return open.store.presence("attaching");
        });
    }

    @Override
    public void detach(Collection<TopicName> topics) {
        Opened open = opened;
        if (open != null) {
            topics.forEach(open.news.attached()::remove);
        }
    }

    @Override
    public CompletionStage<Void> watch(String app) {
        return unlessClosed(
                "watching",
                open -> open.store
                        .read("watching", (views, now) -> views.last())
                        .thenAccept(last -> open.news.watched().put(app, last)));
    }

    @Override
    public void unwatch(String app) {
        Opened open = opened;
        if (open != null) {
            open.news.watched().remove(app);
        }
    }

    @Override
    public CompletionStage<TopicPage> list(String app, String prefix, @Nullable String after, int limit) {
        return unlessClosed(
                "listing",
                open -> open.store.read("listing", (views, now) -> views.list(app, prefix, after, limit, now)));
    }

    @Override
    public CompletionStage<Void> purge(String app) {
        return unlessClosed("purging", open -> open.store.purge(app));
    }

    @Override
    public Staging staging(Connection connection) {
        return new Staging((topic, event) -> Outgoing.insert(connection, topic, event), () -> onStaged.run());
    }

    @Override
    public CompletionStage<List<Staged>> staged(int most, Set<TopicName> except) {
        return unlessClosed(
                "relaying", open -> open.store.read("relaying", (views, now) -> views.staged(most, except)));
    }

    @Override
    public CompletionStage<Boolean> settle(String key, @Nullable String refusal) {
        return unlessClosed("relaying", open -> open.store.settle(key, refusal));
    }

    @Override
    public void onStaged(Runnable hint) {
        onStaged = hint;
    }

    @Override
    public BackendHealth health() {
        Opened open = opened;
        return open == null || closed
                ? BackendHealth.unavailable(closed ? "closed" : "not started")
                : open.store.health();
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        boolean first = !closed;
        closed = true;
        return first
                ? start.handle((done, failure) -> opened)
                        .thenAcceptAsync(open -> release(open, grace), SqliteBackend::onItsOwnThread)
                : CompletableFuture.completedStage(null);
    }

    private static void release(@Nullable Opened open, Duration grace) {
        if (open != null) {
            open.store.audience().leave(open.news);
            open.store.release(grace);
        }
    }

    /// Opening and closing wait for the disk and for other processes, which a shared pool could not bear.
    private static void onItsOwnThread(Runnable task) {
        SqliteStore.threads("opening").newThread(task).start();
    }
}
