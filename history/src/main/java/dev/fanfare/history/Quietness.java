package dev.fanfare.history;

import dev.fanfare.Position;
import dev.fanfare.spi.TopicName;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What must be true once nothing happens any more: whoever still reads has all that was acknowledged, all hubs say the
/// same, and the readers stand where the hubs do.
///
/// Threads: confined to the one that checks.
final class Quietness {
    private final Publications publications;
    private final Findings findings;
    private final Map<TopicName, Entry.Found> found = new HashMap<>();

    Quietness(Publications publications, Findings findings) {
        this.publications = publications;
        this.findings = findings;
    }

    /// Nothing may have been acknowledged beyond the place where the reader stands.
    void requireAll(Track reader) {
        Position standing = reader.standing();
        if (standing == null) {
            return;
        }
        boolean waiting = standing.equals(Position.NONE);
        Collection<Entry.Acked> unseen = waiting
                ? publications.acked(reader.topic())
                : publications.ackedBetween(reader.topic(), standing.epoch(), standing.offset(), Long.MAX_VALUE);
        if (!waiting || !reader.isAcquainted()) {
            unseen.forEach(acked -> reader.report(Invariant.I1, "never got an acknowledged event", acked));
        }
    }

    /// Compares what a hub says with what other hubs say, and with where the readers stand.
    void compare(Entry.Found now, Collection<Track> readers) {
        Entry.Found other = found.putIfAbsent(now.topic(), now);
        if (other != null && !isSame(other, now)) {
            findings.add(Invariant.I7, now.topic(), now.hub(), "hubs that do not agree", other, now);
        }
        readers.forEach(reader -> compare(now, reader));
    }

    /// Whoever comes now gets the snapshot that the hubs named.
    void requireSnapshot(Entry.Saw saw) {
        Entry.Found known = found.get(saw.topic());
        if (known != null && !known.snapshot().equals(Optional.of(saw.position()))) {
            String reader = saw.connection().reader();
            findings.add(Invariant.I7, saw.topic(), reader, "a snapshot that is not the hub's", known, saw);
        }
    }

    private static boolean isSame(Entry.Found a, Entry.Found b) {
        return a.head().equals(b.head())
                && a.closed().equals(b.closed())
                && a.snapshot().equals(b.snapshot());
    }

    private static void compare(Entry.Found now, Track reader) {
        Position standing = reader.standing();
        if (standing == null) {
            return;
        }
        Optional<String> end = Optional.ofNullable(reader.end()).map(Entry.Ended::reason);
        boolean dropped = end.isPresent() && end.get().equals("dropped");
        if (dropped) {
            return; // of a life that is gone a hub says nothing
        }
        if (!standing.equals(now.head())) {
            reader.report(Invariant.I7, "stands elsewhere than the hub, at " + standing, now);
        }
        if (!end.equals(now.closed())) {
            reader.report(Invariant.I7, "was told of the end " + end + ", the hub of " + now.closed(), now);
        }
    }
}
