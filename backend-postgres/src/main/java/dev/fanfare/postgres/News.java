package dev.fanfare.postgres;

import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Lanes;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Tells the listener what concerns it: the news of a topic in the order of commits, and no topic held up by another
/// whose news the listener takes its time over.
///
/// What this node commits it tells as it was. If another node's events stand in between, they are asked for instead,
/// and so the hints of other nodes.
///
/// Threads: safe. Each topic has a lane, in which one thread at a time tells.
final class News {
    private final Lanes<TopicName> lanes;
    private final BackendListener listener;
    private final Hints hints;
    private final Map<TopicName, Interest> attached = new ConcurrentHashMap<>();
    private final Map<Long, Set<TopicName>> byKey = new ConcurrentHashMap<>();
    private final Set<String> watched = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    /// A topic that somebody here reads, and how far its news have been told; confined to its lane.
    private static final class Interest {
        private @Nullable Head told;

        /// Returns the last offset of that head's life that has been told; 0 if none.
        long toldOf(Head head) {
            return told != null && told.epoch() == head.epoch() ? told.offset() : 0;
        }

        boolean isBeyond(Head head) {
            return told != null
                    && (told.epoch() == head.epoch()
                            ? told.offset() >= head.offset()
                            : told.created().isAfter(head.created()));
        }
    }

    News(Executor executor, BackendListener listener, Hints hints) {
        this.lanes = new Lanes<>(executor);
        this.listener = listener;
        this.hints = hints;
    }

    void end() {
        ended = true;
    }

    Collection<TopicName> attached() {
        return attached.keySet();
    }

    void attach(TopicName topic) {
        attached.putIfAbsent(topic, new Interest());
        byKey.compute(Wakes.key(topic), (key, known) -> {
            Set<TopicName> topics = known == null ? ConcurrentHashMap.newKeySet() : known;
            topics.add(topic);
            return topics;
        });
    }

    void detach(TopicName topic) {
        attached.remove(topic);
        byKey.computeIfPresent(Wakes.key(topic), (key, topics) -> {
            topics.remove(topic);
            return topics.isEmpty() ? null : topics;
        });
    }

    /// Takes nothing for told any more: the tables may have gone back to an earlier state.
    void startOver() {
        attached.replaceAll((topic, interest) -> new Interest());
    }

    void watch(String app) {
        watched.add(app);
    }

    void unwatch(String app) {
        watched.remove(app);
    }

    /// Takes a hint of another node.
    void moved(long key, long since) {
        byKey.getOrDefault(key, Set.of()).forEach(topic -> hints.add(topic, since));
    }

    /// Has all topics looked at that are read here, and returns the apps that are watched: others may have committed
    /// what nobody was told.
    Set<String> lookAround() {
        attached.keySet().forEach(topic -> hints.add(topic, Long.MAX_VALUE)); // the head says enough
        return Set.copyOf(watched);
    }

    void begun(TopicName topic) {
        if (watched.contains(topic.app())) {
            enter(topic, () -> listener.appeared(topic));
        }
    }

    /// Takes what this node has committed.
    void committed(Stored stored) {
        Interest interest = attached.get(stored.topic());
        if (interest != null) {
            enter(stored.topic(), () -> tellCommitted(interest, stored));
        }
    }

    /// Takes what has been found in the tables.
    void found(Stored stored) {
        Interest interest = attached.get(stored.topic());
        if (interest != null) {
            enter(stored.topic(), () -> tellUntold(interest, stored));
        }
    }

    private void tellCommitted(Interest interest, Stored stored) {
        long next = interest.toldOf(stored.head()) + 1;
        if (interest.told == null || stored.since() == 1 || stored.since() <= next) {
            tellUntold(interest, stored);
        } else {
            hints.add(stored.topic(), next);
        }
    }

    private void tellUntold(Interest interest, Stored stored) {
        Head head = stored.head();
        if (interest.isBeyond(head)) {
            return;
        }
        long told = interest.toldOf(head);
        interest.told = head;
        List<StoredEvent> events =
                stored.events().stream().filter(event -> event.offset() > told).toList();
        listener.advanced(stored.topic(), head, events);
    }

    private void enter(TopicName topic, Runnable telling) {
        lanes.add(topic, () -> {
            if (!ended) {
                telling.run();
            }
        });
    }
}
