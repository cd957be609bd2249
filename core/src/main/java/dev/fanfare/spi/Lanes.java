package dev.fanfare.spi;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Runs tasks: those of one key one at a time and in the order in which they came, those of several side by side. A
/// backend tells its listener the news of each topic in a lane, so that a slow listener holds up no other topic.
///
/// Threads: safe. Tasks run on the executor; one that throws is logged and costs nothing but itself.
public final class Lanes<K> {
    private static final System.Logger LOG = System.getLogger(Lanes.class.getName());

    private final Executor executor;
    private final Map<K, Queue<Runnable>> lanes = new ConcurrentHashMap<>();

    public Lanes(Executor executor) {
        this.executor = executor;
    }

    public void add(K key, Runnable task) {
        List<Queue<Runnable>> mine = new ArrayList<>(1);
        lanes.compute(key, (same, lane) -> {
            Queue<Runnable> found = lane == null ? new ArrayDeque<>() : lane;
            found.add(task);
            if (lane == null) {
                mine.add(found);
            }
            return found;
        });
        if (!mine.isEmpty()) {
            executor.execute(() -> work(key));
        }
    }

    /// Runs all that is in the lane, and leaves it when it is empty.
    private void work(K key) {
        for (Runnable next = take(key); next != null; next = take(key)) {
            try {
                next.run();
            } catch (RuntimeException failure) {
                LOG.log(System.Logger.Level.ERROR, () -> "a task for " + key + " failed", failure);
            }
        }
    }

    private @Nullable Runnable take(K key) {
        List<Runnable> taken = new ArrayList<>(1);
        lanes.compute(key, (same, lane) -> {
            if (lane == null || lane.isEmpty()) {
                return null;
            }
            taken.add(lane.remove());
            return lane;
        });
        return taken.isEmpty() ? null : taken.get(0);
    }
}
