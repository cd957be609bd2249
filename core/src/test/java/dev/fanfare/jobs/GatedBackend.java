package dev.fanfare.jobs;

import dev.fanfare.memory.MemoryBackend;
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
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The memory backend behind a gate that holds appends up, or turns them away as a store does that is not there.
///
/// Threads: safe.
final class GatedBackend implements Backend {
    private enum Gate {
        OPEN,
        HELD,
        AWAY
    }

    private final MemoryBackend backend;
    private final boolean live;
    private final Queue<Runnable> held = new ArrayDeque<>();
    private Gate gate = Gate.OPEN;
    private int appends;

    GatedBackend(StillClock clock) {
        this(MemoryBackend.create(clock), true);
    }

    private GatedBackend(MemoryBackend backend, boolean live) {
        this.backend = backend;
        this.live = live;
    }

    /// Returns the gate of a second node to the same store; it writes and reads there, without news.
    GatedBackend ofSecondNode() {
        return new GatedBackend(backend, false);
    }

    synchronized void hold() {
        gate = Gate.HELD;
    }

    synchronized void goAway() {
        gate = Gate.AWAY;
    }

    void open() {
        Queue<Runnable> released;
        synchronized (this) {
            gate = Gate.OPEN;
            released = new ArrayDeque<>(held);
            held.clear();
        }
        released.forEach(Runnable::run);
    }

    /// Returns how many appends have come to the gate.
    synchronized int appends() {
        return appends;
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> batch) {
        synchronized (this) {
            appends += batch.size();
            if (gate == Gate.AWAY) {
                return CompletableFuture.completedStage(List.of(new AppendResult.Unavailable("switched off", false)));
            }
            if (gate == Gate.HELD) {
                CompletableFuture<List<AppendResult>> later = new CompletableFuture<>();
                held.add(() -> backend.append(batch).thenAccept(later::complete));
                return later;
            }
        }
        return backend.append(batch);
    }

    @Override
    public Capabilities capabilities() {
        return backend.capabilities();
    }

    @Override
    public CompletionStage<Void> start(BackendListener listener) {
        return live ? backend.start(listener) : CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<TopicView>> read(List<Read> reads) {
        return backend.read(reads);
    }

    @Override
    public CompletionStage<Void> attach(Collection<TopicName> topics) {
        return backend.attach(topics);
    }

    @Override
    public void detach(Collection<TopicName> topics) {
        backend.detach(topics);
    }

    @Override
    public CompletionStage<Void> watch(String app) {
        return backend.watch(app);
    }

    @Override
    public void unwatch(String app) {
        backend.unwatch(app);
    }

    @Override
    public CompletionStage<TopicPage> list(String app, String prefix, String after, int limit) {
        return backend.list(app, prefix, after, limit);
    }

    @Override
    public CompletionStage<Void> purge(String app) {
        return backend.purge(app);
    }

    @Override
    public BackendHealth health() {
        return backend.health();
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        return backend.close(grace);
    }
}
