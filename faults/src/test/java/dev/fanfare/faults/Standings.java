package dev.fanfare.faults;

import dev.fanfare.Delivery.Cause;
import dev.fanfare.Position;
import dev.fanfare.history.Entry;
import dev.fanfare.spi.TopicName;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Where the readers of a history stand. Looks at each entry once, however often it is asked.
///
/// Threads: confined to one.
final class Standings {
    private static final int MOST_NAMED = 20;

    private final Map<String, Map<String, Position>> positions = new HashMap<>();
    private final Map<String, Set<String>> ended = new HashMap<>();
    private final Map<String, Integer> lastSaw = new HashMap<>();
    private final Set<String> connectedNow = new HashSet<>();
    private int seen;

    Standings follow(List<Entry> entries) {
        for (; seen < entries.size(); seen++) {
            take(entries.get(seen));
        }
        return this;
    }

    private void take(Entry entry) {
        if (entry instanceof Entry.Saw saw) {
            stand(saw.connection().reader(), saw.topic().name(), saw.position());
            lastSaw.put(saw.connection().reader(), seen);
        } else if (entry instanceof Entry.Missed missed) {
            take(missed);
        } else if (entry instanceof Entry.Connected connected) {
            String reader = connected.connection().reader();
            connectedNow.add(reader);
            connected.places().forEach((topic, place) -> of(reader).putIfAbsent(topic, place));
        } else if (entry instanceof Entry.Disconnected gone) {
            connectedNow.remove(gone.connection().reader());
        } else if (entry instanceof Entry.Ended end) {
            ended.computeIfAbsent(end.connection().reader(), reader -> new HashSet<>())
                    .add(end.topic().name());
        }
    }

    /// A hub that could not be told where the reader stands repeats what it has, and its client leaves that out.
    private void take(Entry.Missed missed) {
        String reader = missed.connection().reader();
        Position at = of(reader).get(missed.topic().name());
        boolean repeats = missed.cause() == Cause.UNKNOWN_POSITION
                && at != null
                && at.epoch() == missed.to().epoch()
                && at.offset() > missed.to().offset();
        if (!repeats) {
            stand(reader, missed.topic().name(), missed.to());
        }
    }

    private void stand(String reader, String topic, Position position) {
        of(reader).put(topic, position);
        ended.computeIfAbsent(reader, name -> new HashSet<>()).remove(topic);
    }

    private Map<String, Position> of(String reader) {
        return positions.computeIfAbsent(reader, name -> new HashMap<>());
    }

    boolean isConnected(String reader) {
        return connectedNow.contains(reader);
    }

    /// Tells whether every reader has been given an event since that entry.
    boolean allSawSince(int entry, Set<String> readers) {
        return readers.stream().allMatch(reader -> lastSaw.getOrDefault(reader, -1) >= entry);
    }

    /// Tells whether every reader stands where the hubs say that the topics it reads are.
    boolean haveReached(Collection<Entry.Found> found, Map<String, Predicate<TopicName>> readers) {
        return missing(found, readers).findFirst().isEmpty();
    }

    /// Names readers that do not, each with a topic and where that is; not all of them.
    List<String> behind(Collection<Entry.Found> found, Map<String, Predicate<TopicName>> readers) {
        return missing(found, readers).limit(MOST_NAMED).toList();
    }

    private Stream<String> missing(Collection<Entry.Found> found, Map<String, Predicate<TopicName>> readers) {
        return readers.entrySet().stream()
                .flatMap(reader -> found.stream()
                        .filter(topic -> reader.getValue().test(topic.topic()) && !hasReached(reader.getKey(), topic))
                        .map(topic -> reader.getKey() + " in " + topic.topic() + " at " + topic.head()));
    }

    private boolean hasReached(String reader, Entry.Found topic) {
        String name = topic.topic().name();
        boolean over = ended.getOrDefault(reader, Set.of()).contains(name);
        return over
                || (topic.closed().isEmpty() && topic.head().equals(of(reader).get(name)));
    }
}
