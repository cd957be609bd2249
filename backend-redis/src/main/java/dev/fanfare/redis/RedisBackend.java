package dev.fanfare.redis;

import dev.fanfare.Durability;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Capabilities;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Keeps topics in Redis, from version 7 on: any number of nodes that name the same server and prefix see each other's
/// events.
///
/// How much an accepted event survives is for the server's configuration to say: an append is answered with
/// [Durability#FSYNCED] if it writes every change to disk, [Durability#COMMITTED] if it does so every second, and
/// [Durability#MEMORY] if it keeps no log. A change of that is seen within three seconds. What is lost by a failover or
/// a restart is always told as a gap.
///
/// Threads: safe. Answers and news come on threads of this backend, which must not be held up.
public final class RedisBackend implements Backend {
    static final String NAME = "redis";

    private final RedisAddress address;
    private final Script.Texts scripts;
    private final Clock clock;
    private volatile @Nullable RedisStore begun; // perhaps not opened yet
    private volatile @Nullable RedisStore opened;
    private volatile boolean closed;

    RedisBackend(RedisAddress address, Script.Texts scripts, Clock clock) {
        this.address = address;
        this.scripts = scripts;
        this.clock = clock;
    }

    /// Names the server; the connection is made at the start.
    ///
    /// @param url as [RedisAddress] says
    /// @throws IllegalArgumentException if that is no address of a Redis
    public static RedisBackend at(String url) {
        return at(RedisAddress.parse(url));
    }

    public static RedisBackend at(RedisAddress address) {
        return new RedisBackend(address, Script.Texts.standard(), Clock.system());
    }

    @Override
    public Capabilities capabilities() {
        RedisStore open = opened;
        boolean durable = open != null && open.durability() != Durability.MEMORY;
        return new Capabilities(NAME, durable, true, RedisStore.MAX_MESSAGE_BYTES);
    }

    /// Connects to the server.
    ///
    /// @return fails with [UnusableStoreException] if the server cannot be used, and with
    /// [dev.fanfare.BackendUnavailableException] if it is away
    @Override
    public CompletionStage<Void> start(BackendListener listener) {
        RedisStore store = new RedisStore(Deployment.of(address, scripts, clock));
        begun = store;
        CompletableFuture<Void> started = new CompletableFuture<>();
        store.start(listener).whenComplete((done, failure) -> {
            if (failure == null) {
                opened = store;
                started.complete(null);
            } else {
                close(Duration.ZERO).whenComplete((gone, ignored) -> started.completeExceptionally(failure));
            }
        });
        return started;
    }

    private <T> CompletionStage<T> unlessClosed(String doing, Function<RedisStore, CompletionStage<T>> action) {
        RedisStore open = opened;
        return open == null || closed
                ? CompletableFuture.failedStage(RedisStore.away(doing, closed ? "it has been closed" : "not started"))
                : action.apply(open);
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
        return unlessClosed("publishing", open -> open.append(appends));
    }

    @Override
    public CompletionStage<List<TopicView>> read(List<Read> reads) {
        return unlessClosed("reading", open -> open.views().read(reads));
    }

    @Override
    public CompletionStage<Void> attach(Collection<TopicName> topics) {
        return unlessClosed("attaching", open -> open.attach(topics));
    }

    @Override
    public void detach(Collection<TopicName> topics) {
        RedisStore open = opened;
        if (open != null) {
            open.detach(topics);
        }
    }

    @Override
    public CompletionStage<Void> watch(String app) {
        return unlessClosed("watching", open -> open.watch(app));
    }

    @Override
    public void unwatch(String app) {
        RedisStore open = opened;
        if (open != null) {
            open.unwatch(app);
        }
    }

    @Override
    public CompletionStage<TopicPage> list(String app, String prefix, @Nullable String after, int limit) {
        return unlessClosed("listing", open -> open.index().list(app, prefix, after, limit));
    }

    @Override
    public CompletionStage<Void> purge(String app) {
        return unlessClosed("purging", open -> open.index().purge(app));
    }

    @Override
    public BackendHealth health() {
        RedisStore open = opened;
        return open == null || closed ? BackendHealth.unavailable(closed ? "closed" : "not started") : open.health();
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        RedisStore store = begun;
        boolean first = !closed;
        closed = true;
        return store == null || !first ? CompletableFuture.completedStage(null) : store.close(grace);
    }
}
