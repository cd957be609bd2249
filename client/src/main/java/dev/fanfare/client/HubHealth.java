package dev.fanfare.client;

import dev.fanfare.spi.BackendHealth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// What is wrong with the hub, as those who use it find out: the calls, and each stream.
///
/// Threads: safe. `troubles` is guarded by this; listeners run on the executor, in the order of the changes.
final class HubHealth {
    private static final System.Logger LOG = System.getLogger(HubHealth.class.getName());
    /// The source of what calls find out: a stream that is well says that calls will be too.
    private static final Object CALLS = "calls";

    private final Executor executor;
    private final List<Consumer<BackendHealth>> listeners = new CopyOnWriteArrayList<>();
    private final Map<Object, String> troubles = new LinkedHashMap<>();
    private volatile BackendHealth now = BackendHealth.AVAILABLE;

    HubHealth(Executor executor) {
        this.executor = executor;
    }

    BackendHealth now() {
        return now;
    }

    AutoCloseable listen(Consumer<BackendHealth> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void callFailed(String detail) {
        trouble(CALLS, detail);
    }

    void callAnswered() {
        well(CALLS);
    }

    synchronized void trouble(Object source, String detail) {
        troubles.put(source, detail);
        update();
    }

    /// Takes back what `source` said, and what calls did: the hub has answered.
    synchronized void well(Object source) {
        if (!troubles.isEmpty()) {
            troubles.remove(CALLS);
            forget(source);
        }
    }

    /// Takes back what `source` said: it is no more.
    synchronized void forget(Object source) {
        troubles.remove(source);
        update();
    }

    private void update() {
        BackendHealth before = now;
        now = troubles.isEmpty()
                ? BackendHealth.AVAILABLE
                : BackendHealth.unavailable(troubles.values().iterator().next());
        if (before.available() != now.available()) {
            BackendHealth news = now;
            LOG.log(
                    System.Logger.Level.DEBUG,
                    () -> news.available() ? "the hub is back" : "the hub: " + news.detail());
            listeners.forEach(listener -> executor.execute(() -> tell(listener, news)));
        }
    }

    private static void tell(Consumer<BackendHealth> listener, BackendHealth news) {
        try {
            listener.accept(news);
        } catch (RuntimeException failure) {
            LOG.log(System.Logger.Level.WARNING, () -> "a health listener failed", failure);
        }
    }
}
