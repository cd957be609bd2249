package dev.fanfare.contract;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Durability;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Duplicate;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Capabilities;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A store that outlives its nodes and that several of them share, in memory: what a database is to a cluster.
///
/// Threads: safe.
public final class SharedMemory {
    private final MemoryBackend store;
    private final List<NodeBackend> nodes = new CopyOnWriteArrayList<>();

    public SharedMemory(Clock clock) {
        store = MemoryBackend.create(clock);
        Await.result(store.start(new Announcer()));
    }

    /// Returns one more node's way to the store.
    public Backend open() {
        return new NodeBackend();
    }

    private final class Announcer implements BackendListener {
        @Override
        public void advanced(TopicName topic, Head atLeast, List<StoredEvent> events) {
            tell(node -> node.attached.contains(topic), listener -> listener.advanced(topic, atLeast, events));
        }

        @Override
        public void appeared(TopicName topic) {
            tell(node -> node.watched.contains(topic.app()), listener -> listener.appeared(topic));
        }

        private void tell(Predicate<NodeBackend> concerned, Consumer<BackendListener> announcement) {
            for (NodeBackend node : nodes) {
                BackendListener listener = node.listener;
                if (listener != null && concerned.test(node)) {
                    tell(listener, announcement);
                }
            }
        }

        private void tell(BackendListener listener, Consumer<BackendListener> announcement) {
            try {
                announcement.accept(listener);
            } catch (LivePathRules.BrokenPromise onPurpose) {
                // one node's fault must not be the others'
            }
        }

        @Override
        public void interrupted(Scope scope, String reason) {
            throw new IllegalStateException("memory is never away");
        }

        @Override
        public void resumed(Scope scope) {
            throw new IllegalStateException("memory is never away");
        }
    }

    private final class NodeBackend implements Backend {
        private final Set<TopicName> attached = ConcurrentHashMap.newKeySet();
        private final Set<String> watched = ConcurrentHashMap.newKeySet();
        private volatile @Nullable BackendListener listener;
        private volatile boolean closed;

        @Override
        public Capabilities capabilities() {
            return new Capabilities(
                    "shared-memory", true, true, store.capabilities().maxMessageBytes());
        }

        @Override
        public CompletionStage<Void> start(BackendListener newListener) {
            listener = newListener;
            nodes.add(this);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<List<AppendResult>> append(List<Append> appends) {
            return unlessClosed(() -> store.append(appends))
                    .thenApply(results ->
                            results.stream().map(SharedMemory::outliving).toList());
        }

        @Override
        public CompletionStage<List<TopicView>> read(List<Read> reads) {
            return unlessClosed(() -> store.read(reads));
        }

        @Override
        public CompletionStage<Void> attach(Collection<TopicName> topics) {
            attached.addAll(topics);
            return unlessClosed(() -> store.attach(topics));
        }

        @Override
        public void detach(Collection<TopicName> topics) {
            attached.removeAll(Set.copyOf(topics));
        }

        @Override
        public CompletionStage<Void> watch(String app) {
            watched.add(app);
            return unlessClosed(() -> store.watch(app));
        }

        @Override
        public void unwatch(String app) {
            watched.remove(app);
        }

        @Override
        public CompletionStage<TopicPage> list(String app, String prefix, @Nullable String after, int limit) {
            return unlessClosed(() -> store.list(app, prefix, after, limit));
        }

        @Override
        public CompletionStage<Void> purge(String app) {
            return unlessClosed(() -> store.purge(app));
        }

        private <T> CompletionStage<T> unlessClosed(Supplier<CompletionStage<T>> action) {
            return closed
                    ? CompletableFuture.failedStage(
                            new BackendUnavailableException("shared-memory", "asking it", "closed", false))
                    : action.get();
        }

        @Override
        public BackendHealth health() {
            return closed ? BackendHealth.unavailable("closed") : BackendHealth.AVAILABLE;
        }

        @Override
        public CompletionStage<Void> close(Duration grace) {
            closed = true;
            nodes.remove(this);
            return CompletableFuture.completedStage(null);
        }
    }

    /// What this store has taken outlives the nodes.
    private static AppendResult outliving(AppendResult result) {
        if (result instanceof Accepted a) {
            return new Accepted(a.position(), Durability.COMMITTED, a.at());
        }
        if (result instanceof Duplicate d) {
            return new Duplicate(d.position(), Durability.COMMITTED, d.at());
        }
        return result;
    }
}
