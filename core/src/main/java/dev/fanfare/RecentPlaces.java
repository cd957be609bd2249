package dev.fanfare;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Where the topics that patterns found stand, or ended: of those that were active last, as many as a
/// [VectorPosition] holds.
///
/// Threads: confined to its reader, but that several patterns may be listed at once.
final class RecentPlaces {
    private final Map<String, Position> places = new LinkedHashMap<>(); // the latest at the end
    private Instant asOf = Instant.EPOCH;

    synchronized RecentPlaces copy() {
        RecentPlaces copy = new RecentPlaces();
        copy.places.putAll(places);
        copy.asOf = asOf;
        return copy;
    }

    void put(String topic, Position position) {
        places.remove(topic);
        places.put(topic, position);
        if (places.size() > VectorPosition.MAX_POSITIONS) {
            places.remove(places.keySet().iterator().next());
        }
    }

    Position of(String topic) {
        return places.getOrDefault(topic, Position.NONE);
    }

    synchronized void sawAllUntil(Instant time) {
        asOf = time.isAfter(asOf) ? time : asOf;
    }

    /// Returns `named`, then the others, the most recently active first, as far as there is room.
    ///
    /// @param unread the topics of which there may be more to read: the vector is whole if it holds all of them
    VectorPosition vector(Map<String, Position> named, Stream<String> unread) {
        Map<String, Position> all = new LinkedHashMap<>(named);
        List<String> topics = new ArrayList<>(places.keySet());
        Collections.reverse(topics);
        for (String topic : topics) {
            if (all.size() < VectorPosition.MAX_POSITIONS) {
                all.putIfAbsent(topic, places.get(topic));
            }
        }
        return VectorPosition.of(asOf, unread.allMatch(all::containsKey), all);
    }
}
