package dev.fanfare.sqlite;

import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells one listener what concerns it: the news of a topic in order, and no topic held up by another whose news the
/// listener takes its time over.
///
/// Threads: safe. Each topic has a lane, in which one thread at a time tells.
final class News {
    private static final System.Logger LOG = System.getLogger(News.class.getName());

    private final Executor executor;
    private final Set<TopicName> attached = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> watched = new ConcurrentHashMap<>();
    private final Map<TopicName, Queue<Runnable>> lanes = new ConcurrentHashMap<>();
    private volatile @Nullable BackendListener listener;

    /// What a topic has come to, and the events that led there.
    ///
    /// @param begunAt the commit with which a life has begun; 0 if it had begun before
    record Item(TopicName topic, Head head, List<StoredEvent> events, long begunAt) {}

    News(Executor executor) {
        this.executor = executor;
    }

    void begin(BackendListener told) {
        listener = told;
    }

    void end() {
        listener = null;
    }

    Set<TopicName> attached() {
        return attached;
    }

    /// The apps that are watched, each with the last commit before that began.
    Map<String, Long> watched() {
        return watched;
    }

    /// Tells whether nothing concerns the listener.
    boolean isIdle() {
        return attached.isEmpty() && watched.isEmpty();
    }

    boolean isConcernedBy(TopicName topic) {
        return attached.contains(topic) || watched.containsKey(topic.app());
    }

    void interrupted(String reason) {
        BackendListener told = listener;
        if (told != null) {
            told.interrupted(new Scope.Everything(), reason);
        }
    }

    /// Goes on with a file whose commits are counted anew.
    void resumed() {
        watched.replaceAll((app, since) -> 0L);
        BackendListener told = listener;
        if (told != null) {
            told.resumed(new Scope.Everything());
        }
    }

    void tell(Item item) {
        Long since = watched.get(item.topic.app());
        if (since != null && item.begunAt > since) {
            enter(item.topic, told -> told.appeared(item.topic));
        }
        if (attached.contains(item.topic)) {
            enter(item.topic, told -> told.advanced(item.topic, item.head, item.events));
        }
    }

    private void enter(TopicName topic, Consumer<BackendListener> news) {
        List<Queue<Runnable>> mine = new ArrayList<>(1);
        lanes.compute(topic, (name, lane) -> {
            Queue<Runnable> found = lane == null ? new ArrayDeque<>() : lane;
            found.add(() -> tell(topic, news));
            if (lane == null) {
                mine.add(found);
            }
            return found;
        });
        if (!mine.isEmpty()) {
            executor.execute(() -> work(topic));
        }
    }

    /// Tells all that is in the lane, and leaves it when it is empty.
    private void work(TopicName topic) {
        for (Runnable next = take(topic); next != null; next = take(topic)) {
            next.run();
        }
    }

    private @Nullable Runnable take(TopicName topic) {
        List<Runnable> taken = new ArrayList<>(1);
        lanes.compute(topic, (name, lane) -> {
            if (lane == null || lane.isEmpty()) {
                return null;
            }
            taken.add(lane.remove());
            return lane;
        });
        return taken.isEmpty() ? null : taken.get(0);
    }

    private void tell(TopicName topic, Consumer<BackendListener> news) {
        BackendListener told = listener;
        if (told == null) {
            return;
        }
        try {
            news.accept(told);
        } catch (RuntimeException failure) {
            LOG.log(System.Logger.Level.ERROR, () -> "the listener failed at news of " + topic, failure);
        }
    }
}
