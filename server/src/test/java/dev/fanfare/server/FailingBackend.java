package dev.fanfare.server;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Capabilities;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A store in memory that can go away, has one topic too many for its second, has too much to do for topic `busy`, is
/// full for topic `full`, and broken for topic `broken`.
final class FailingBackend implements Backend {
    private final Backend store = MemoryBackend.create(Clock.system(), 1 << 20, 2);
    private volatile BackendListener listener;
    private volatile boolean away;

    void goAway() {
        away = true;
        listener.interrupted(new Scope.Everything(), "pulled");
    }

    void comeBack() {
        away = false;
        listener.resumed(new Scope.Everything());
    }

    @Override
    public Capabilities capabilities() {
        return store.capabilities();
    }

    @Override
    public CompletionStage<Void> start(BackendListener told) {
        listener = told;
        return store.start(told);
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
        if (away) {
            return CompletableFuture.completedStage(List.of(new AppendResult.Unavailable("pulled", false)));
        }
        return switch (appends.get(0).topic().name()) {
            case "busy" -> CompletableFuture.completedStage(List.of(new AppendResult.Overloaded()));
            case "full" -> CompletableFuture.completedStage(List.of(new AppendResult.StorageFull("no bytes left")));
            case "broken" -> throw new IllegalStateException("java.lang.Secret at /etc/passwd");
            default -> store.append(appends);
        };
    }

    @Override
    public CompletionStage<List<TopicView>> read(List<Read> reads) {
        return away
                ? CompletableFuture.failedStage(new BackendUnavailableException("test", "reading", "pulled", false))
                : store.read(reads);
    }

    @Override
    public CompletionStage<Void> attach(Collection<TopicName> topics) {
        return store.attach(topics);
    }

    @Override
    public void detach(Collection<TopicName> topics) {
        store.detach(topics);
    }

    @Override
    public CompletionStage<Void> watch(String app) {
        return store.watch(app);
    }

    @Override
    public void unwatch(String app) {
        store.unwatch(app);
    }

    @Override
    public CompletionStage<TopicPage> list(String app, String prefix, String after, int limit) {
        return store.list(app, prefix, after, limit);
    }

    @Override
    public CompletionStage<Void> purge(String app) {
        return store.purge(app);
    }

    @Override
    public BackendHealth health() {
        return away ? BackendHealth.unavailable("pulled") : store.health();
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        return store.close(grace);
    }
}
