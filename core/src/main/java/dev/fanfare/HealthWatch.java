package dev.fanfare;

import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Whether this node can rely on its backend: what the backend says of itself, and whether its news may be missing.
///
/// Listeners hear of each change once. A backend need not announce that it fails, or that it has recovered while
/// news came through: it is looked at every second.
///
/// Threads: safe. `everything` and `topics` are guarded by this; `told` is confined to the task that tells, so that
/// listeners are called one change at a time, in order, and under no lock.
final class HealthWatch {
    static final Duration LOOK = Duration.ofSeconds(1);

    private final Supplier<BackendHealth> backend;
    private final List<Consumer<BackendHealth>> listeners = new CopyOnWriteArrayList<>();
    private final SerialTask telling = new SerialTask(Runnable::run, this::tell);
    private @Nullable String everything; // the reason why news of all topics may be missing
    private final Map<TopicName, String> topics = new HashMap<>(); // the same for some
    private boolean told = true;

    /// @param backend what the backend says of itself
    HealthWatch(Supplier<BackendHealth> backend) {
        this.backend = backend;
    }

    /// Looks again and again, until `over` says so.
    void lookRegularly(Clock clock, BooleanSupplier over) {
        clock.schedule(LOOK, () -> {
            if (!over.getAsBoolean()) {
                telling.ask();
                lookRegularly(clock, over);
            }
        });
    }

    /// Tells how it is now. Of an outage that goes on, the backend itself knows best why it does.
    BackendHealth now() {
        BackendHealth own = backend.get();
        String missing = missing();
        return own.available() && missing != null ? BackendHealth.unavailable(missing) : own;
    }

    private synchronized @Nullable String missing() {
        return everything != null
                ? everything
                : topics.values().stream().findFirst().orElse(null);
    }

    AutoCloseable listen(Consumer<BackendHealth> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void interrupted(Scope scope, String reason) {
        synchronized (this) {
            if (scope instanceof Scope.Topics some) {
                some.topics().forEach(topic -> topics.put(topic, reason));
            } else {
                everything = reason;
            }
        }
        telling.ask();
    }

    void resumed(Scope scope) {
        synchronized (this) {
            if (scope instanceof Scope.Topics some) {
                topics.keySet().removeAll(some.topics());
            } else {
                everything = null;
                topics.clear();
            }
        }
        telling.ask();
    }

    private void tell() {
        BackendHealth health = now();
        if (health.available() != told) {
            told = health.available();
            listeners.forEach(listener -> Foreign.run(() -> listener.accept(health), "a listener to health"));
        }
    }
}
