package dev.fanfare.history;

import dev.fanfare.Position;
import dev.fanfare.spi.TopicName;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Judges a history: which of the invariants did not hold, and what shows it.
///
/// It knows nothing of engines, stores or wires, only what publishers and readers were told. Each reader's way through
/// each topic is followed step by step ([Track]); then the readers are compared with each other ([SharedOrder]), and,
/// where the history says that all was quiet, with the acknowledgements and with the hubs ([Quietness]).
///
/// Threads: confined to the one that checks.
public final class Checker {
    private final Publications publications;
    private final Findings findings = new Findings();
    /// By topic, then by reader.
    private final Map<TopicName, Map<String, Track>> tracks = new LinkedHashMap<>();
    private final Map<String, Begin> begins = new HashMap<>();
    private final Set<String> connected = new LinkedHashSet<>();
    /// Those who were there to the end: they can be expected to know it.
    private Set<String> lasting = connected;
    private @Nullable Quietness quiet;

    /// How a reader began.
    ///
    /// @param index where in the history its first connection stands
    /// @param places where it stood first in the topics that it names
    private record Begin(int index, Entry.Connected connected, Map<TopicName, Position> places) {}

    private Checker(List<Entry> entries) {
        publications = new Publications(entries);
    }

    /// Judges a whole history.
    public static Verdict check(List<Entry> entries) {
        Checker checker = new Checker(entries);
        for (int i = 0; i < entries.size(); i++) {
            checker.take(i, entries.get(i));
        }
        checker.compare();
        return new Verdict(checker.findings.all(), entries);
    }

    private void take(int index, Entry entry) {
        if (entry instanceof Entry.Connected begun) {
            begin(index, begun);
        } else if (entry instanceof Entry.Saw saw) {
            requirePublished(saw);
            requireTrueSnapshot(saw);
            track(saw.connection(), saw.topic()).take(saw);
        } else if (entry instanceof Entry.Missed missed) {
            track(missed.connection(), missed.topic()).take(missed);
        } else if (entry instanceof Entry.Ended ended) {
            track(ended.connection(), ended.topic()).take(ended);
        } else if (entry instanceof Entry.Disconnected gone) {
            connected.remove(gone.connection().reader());
        } else if (entry instanceof Entry.Quiet) {
            settle();
        } else if (entry instanceof Entry.Found found && quiet != null) {
            quiet.compare(found, lasting(found.topic()));
        }
    }

    private void begin(int index, Entry.Connected begun) {
        String reader = begun.connection().reader();
        connected.add(reader);
        Begin begin = begins.computeIfAbsent(reader, name -> new Begin(index, begun, new HashMap<>()));
        begun.places().forEach((name, place) -> {
            TopicName topic = new TopicName(begun.app(), name);
            begin.places.putIfAbsent(topic, place);
            track(reader, topic);
        });
    }

    private Track track(Connection connection, TopicName topic) {
        return track(connection.reader(), topic);
    }

    private Track track(String reader, TopicName topic) {
        return tracks.computeIfAbsent(topic, name -> new LinkedHashMap<>())
                .computeIfAbsent(reader, name -> newTrack(name, topic));
    }

    /// A topic that appears while a pattern waits for it is read from its first event.
    private Track newTrack(String reader, TopicName topic) {
        Begin begin = begins.get(reader);
        Position named = begin == null ? null : begin.places.get(topic);
        boolean appeared = begin != null && publications.isNewSince(topic, begin.index);
        Position standing = named == null && appeared ? Position.NONE : named;
        return new Track(new Track.Begin(reader, topic, named != null, standing), publications, findings);
    }

    private void requirePublished(Entry.Saw saw) {
        String reader = saw.connection().reader();
        Entry.Attempted attempt = publications.attempt(saw.id());
        if (attempt == null) {
            findings.add(Invariant.I2, saw.topic(), reader, "an event that nobody published", saw);
        } else if (!attempt.sending().topic().app().equals(saw.topic().app())) {
            findings.add(Invariant.I9, saw.topic(), reader, "an event of another app", attempt, saw);
        } else if (!attempt.sending().topic().equals(saw.topic())) {
            findings.add(Invariant.I2, saw.topic(), reader, "an event of another topic", attempt, saw);
        } else if (publications.isRefused(saw.id())) {
            findings.add(Invariant.I2, saw.topic(), reader, "an event that was refused whenever tried", attempt, saw);
        }
    }

    private void requireTrueSnapshot(Entry.Saw saw) {
        if (quiet != null && saw.marks().snapshot()) {
            quiet.requireSnapshot(saw);
        }
    }

    private void settle() {
        lasting = new LinkedHashSet<>(connected);
        Quietness settled = new Quietness(publications, findings);
        quiet = settled;
        lasting.forEach(this::findTopics);
        tracks.keySet().forEach(topic -> lasting(topic).forEach(settled::requireAll));
    }

    /// A topic that a pattern should have found, but that the reader has never been given, is a track without a step.
    private void findTopics(String reader) {
        Begin begin = begins.get(reader);
        for (TopicName topic : publications.topics()) {
            if (begin != null && begin.connected.finds(topic) && publications.isNewSince(topic, begin.index)) {
                track(reader, topic);
            }
        }
    }

    private Collection<Track> lasting(TopicName topic) {
        return tracks.getOrDefault(topic, Map.of()).values().stream()
                .filter(track -> lasting.contains(track.reader()) && !track.hasLeftWithWhatWasLost())
                .toList();
    }

    private void compare() {
        Set<TopicName> topics = new LinkedHashSet<>(tracks.keySet());
        topics.addAll(publications.topics());
        for (TopicName topic : topics) {
            Collection<Track> readers = tracks.getOrDefault(topic, Map.of()).values();
            new SharedOrder(topic, publications, findings).compare(readers, lasting);
        }
    }
}
