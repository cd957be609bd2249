package dev.fanfare.contract;

import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Capabilities;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A backend that leaves everything to another. What stands in front of one overrides what it does differently.
///
/// Threads: as those of the other.
public abstract class ForwardingBackend implements Backend {
    private final Backend store;

    protected ForwardingBackend(Backend store) {
        this.store = store;
    }

    @Override
    public Capabilities capabilities() {
        return store.capabilities();
    }

    @Override
    public CompletionStage<Void> start(BackendListener listener) {
        return store.start(listener);
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
        return store.append(appends);
    }

    @Override
    public CompletionStage<List<TopicView>> read(List<Read> reads) {
        return store.read(reads);
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
    public CompletionStage<TopicPage> list(String app, String prefix, @Nullable String after, int limit) {
        return store.list(app, prefix, after, limit);
    }

    @Override
    public CompletionStage<Void> purge(String app) {
        return store.purge(app);
    }

    @Override
    public BackendHealth health() {
        return store.health();
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        return store.close(grace);
    }
}
