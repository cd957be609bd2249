package dev.fanfare.sqlite;

import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Lanes;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.util.List;
import java.util.Map;
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
    private final Set<TopicName> attached = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> watched = new ConcurrentHashMap<>();
    private final Lanes<TopicName> lanes;
    private volatile @Nullable BackendListener listener;

    /// What a topic has come to, and the events that led there.
    ///
    /// @param begunAt the commit with which a life has begun; 0 if it had begun before
    record Item(TopicName topic, Head head, List<StoredEvent> events, long begunAt) {}

    News(Executor executor) {
        this.lanes = new Lanes<>(executor);
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
        lanes.add(topic, () -> {
            BackendListener told = listener;
            if (told != null) {
                news.accept(told);
            }
        });
    }
}
