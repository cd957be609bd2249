package dev.fanfare;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where the topics that patterns found stand, or ended: of those that were active last, as many as a
/// [VectorPosition] holds.
///
/// Threads: confined to its reader, but that several patterns may be listed at once.
final class RecentPlaces {
    private final Map<String, Position> places = new LinkedHashMap<>(); // the latest at the end
    private Instant asOf = Instant.EPOCH;
    private boolean whole = true; // all of what is not among the places has been read

    synchronized RecentPlaces copy() {
        RecentPlaces copy = new RecentPlaces();
        copy.places.putAll(places);
        copy.asOf = asOf;
        copy.whole = whole;
        return copy;
    }

    void put(String topic, Position position) {
        places.remove(topic);
        places.put(topic, position);
        if (places.size() > VectorPosition.MAX_POSITIONS) {
            places.remove(places.keySet().iterator().next());
            whole = false; // until it is known that there was nothing left to read in it
        }
    }

    boolean isWhole() {
        return whole;
    }

    /// The reader has been given all that there was.
    void readAll() {
        whole = true;
    }

    Position of(String topic) {
        return places.getOrDefault(topic, Position.NONE);
    }

    synchronized void sawAllUntil(Instant time) {
        asOf = time.isAfter(asOf) ? time : asOf;
    }

    /// Returns `named`, then the others, the most recently active first.
    VectorPosition vector(Map<String, Position> named) {
        Map<String, Position> all = new LinkedHashMap<>(named);
        List<String> topics = new ArrayList<>(places.keySet());
        Collections.reverse(topics);
        topics.forEach(topic -> all.putIfAbsent(topic, places.get(topic)));
        return VectorPosition.of(asOf, whole, all);
    }
}
