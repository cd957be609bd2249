package dev.fanfare;

import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.Outbox;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import dev.fanfare.spi.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// A broadcaster on a backend: keeps a window for each topic that has cursors here, and passes the backend's news to
/// it.
///
/// Threads: safe. Interest in a topic begins and ends inside the map's per-key lock, so that attach and detach reach
/// the backend in that order; nothing else is done there.
final class EngineBroadcaster implements Broadcaster, BackendListener {
    /// How many apps are kept at hand.
    private static final int MAX_APPS = 10_000;

    private static final Duration RETRY = Duration.ofMillis(250);
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    /// How often what this node knows of a store that others write to is compared with it, should news have been lost.
    private static final Duration RESYNC = Duration.ofSeconds(20);

    private final Backend backend;
    private final Policies policies;
    private final Clock clock;
    private final WindowBudget budget;
    private final Map<TopicName, Window> windows = new ConcurrentHashMap<>();
    private final Map<String, EngineApp> apps = new ConcurrentHashMap<>();
    private final Watchers watchers;
    private final Map<Read, CompletableFuture<TopicView>> sharedReads = new ConcurrentHashMap<>();
    private final Resync resync = new Resync(this);
    private final HealthWatch health;
    private volatile boolean closed;

    private EngineBroadcaster(Backend backend, Policies policies, Clock clock, long windowBytes) {
        this.backend = backend;
        this.watchers = new Watchers(backend);
        this.health = new HealthWatch(backend::health);
        this.policies = policies;
        this.clock = clock;
        this.budget = new WindowBudget(windowBytes, windows.values());
    }

    static Broadcaster start(Backend backend, Policies policies, Clock clock, long windowBytes) {
        var broadcaster = new EngineBroadcaster(backend, policies, clock, windowBytes);
        CompletionStage<Void> starting = backend.start(broadcaster); // refuses when it is another's already
        try {
            Waiting.forResult(starting, () -> "starting");
        } catch (RuntimeException failure) {
            backend.close(Duration.ZERO); // it may still be starting, and must not go on with nobody to use it
            throw failure;
        }
        if (backend.capabilities().shared()) {
            broadcaster.resyncLater();
            broadcaster.health.lookRegularly(clock, broadcaster::isClosed);
        }
        if (backend instanceof Outbox outbox) {
            new Relay(broadcaster, outbox).start();
        }
        return broadcaster;
    }

    @Override
    public App app(String name) {
        EngineApp known = apps.get(name);
        return known != null ? known : newApp(Names.requireApp(name));
    }

    private App newApp(String name) {
        if (apps.size() >= MAX_APPS) {
            apps.clear(); // names may be made up by whoever can reach the hub
        }
        return apps.computeIfAbsent(name, n -> new EngineApp(this, n));
    }

    @Override
    public BackendHealth health() {
        return health.now();
    }

    @Override
    public AutoCloseable onHealth(Consumer<BackendHealth> listener) {
        return health.listen(listener);
    }

    Backend backend() {
        return backend;
    }

    Watchers watchers() {
        return watchers;
    }

    Policies policies() {
        return policies;
    }

    Clock clock() {
        return clock;
    }

    WindowBudget budget() {
        return budget;
    }

    boolean isClosed() {
        return closed;
    }

    /// Returns the topic's window for one more user, who will release it.
    Window acquire(TopicName topic) {
        List<CompletionStage<Void>> attaching = new ArrayList<>(1);
        Window window = windows.compute(topic, (name, known) -> {
            Window found = known == null ? new Window(this, name) : known;
            if (known == null) {
                attaching.add(backend.attach(List.of(name)));
            }
            found.addUser();
            return found;
        });
        attaching.forEach(window::open);
        return window;
    }

    /// Returns the same window for one more user; it has one, so it is there.
    Window sameWindow(Window window) {
        return acquire(window.topic());
    }

    void release(Window window) {
        windows.computeIfPresent(window.topic(), (name, known) -> {
            if (known != window || !window.removeUser()) {
                return known;
            }
            backend.detach(List.of(name));
            window.discard();
            return null;
        });
    }

    CompletionStage<TopicView> read(Read read) {
        return backend.read(List.of(read)).thenApply(views -> views.get(0));
    }

    /// Reads for a cursor: whoever asks the same while a read is under way shares its answer.
    CompletionStage<TopicView> sharedRead(Read read) {
        CompletableFuture<TopicView> mine = new CompletableFuture<>();
        CompletableFuture<TopicView> underWay = sharedReads.putIfAbsent(read, mine);
        if (underWay != null) {
            return underWay;
        }
        read(read).whenComplete((view, failure) -> {
            sharedReads.remove(read);
            if (failure == null) {
                mine.complete(view);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    /// Passes the stage on, or fails if it is not done in time: a backend that hangs must not hang its callers.
    <T> CompletionStage<T> inTime(CompletionStage<T> stage, String doing, boolean mayBeStored) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        if (future.isDone()) {
            return stage;
        }
        CompletableFuture<T> bounded = future.copy();
        Clock.Scheduled deadline = clock.schedule(
                DEADLINE,
                () -> bounded.completeExceptionally(new BackendUnavailableException(
                        backend.capabilities().name(),
                        doing,
                        "no answer after " + DEADLINE.toMillis() + " ms",
                        mayBeStored)));
        stage.whenComplete((result, failure) -> deadline.cancel());
        return bounded;
    }

    void retryLater(Runnable task) {
        clock.schedule(RETRY, () -> {
            if (!closed) {
                task.run();
            }
        });
    }

    private void resyncLater() {
        clock.schedule(RESYNC, () -> {
            if (!closed) {
                resync();
                resyncLater();
            }
        });
    }

    @Override
    public void advanced(TopicName topic, Head atLeast, List<StoredEvent> events) {
        Window window = windows.get(topic);
        if (window != null) {
            window.advanced(atLeast, events);
        }
    }

    @Override
    public void appeared(TopicName topic) {
        watchers.appeared(topic);
    }

    @Override
    public void interrupted(Scope scope, String reason) {
        health.interrupted(scope, reason);
    }

    @Override
    public void resumed(Scope scope) {
        if (scope instanceof Scope.Topics some) {
            resync.of(some.topics().stream()
                    .map(windows::get)
                    .filter(Objects::nonNull)
                    .toList());
        } else {
            resync();
        }
        health.resumed(scope);
    }

    private void resync() {
        resync.of(windows.values());
        watchers.forEach(SelectionCursor::relist);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        windows.values().forEach(Window::wakeAll);
        watchers.forEach(SelectionCursor::rouse);
        backend.close();
    }
}
