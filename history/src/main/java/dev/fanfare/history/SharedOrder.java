package dev.fanfare.history;

import dev.fanfare.Position;
import dev.fanfare.spi.TopicName;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Compares what the readers of one topic saw: one log, in which each message stands once.
///
/// A store that has lost its tail may have given the same place to two events. Then those who were told of it have
/// forgotten the first, and those who left before cannot have been told.
///
/// Threads: confined to the one that checks.
final class SharedOrder {
    private final TopicName topic;
    private final Publications publications;
    private final Findings findings;
    private final Map<Place, Entry.Saw> events = new HashMap<>();
    private final Map<Copy, Entry> messages = new HashMap<>();

    /// Where in which life.
    private record Place(long epoch, long offset) {}

    /// A message in one life: the next may hold it again, if the store has lost the first.
    private record Copy(String id, long epoch) {}

    SharedOrder(TopicName topic, Publications publications, Findings findings) {
        this.topic = topic;
        this.publications = publications;
        this.findings = findings;
    }

    /// @param lasting the readers that were there to the end
    void compare(Collection<Track> readers, Set<String> lasting) {
        boolean rewound = readers.stream().anyMatch(Track::isRewound);
        for (Track reader : readers) {
            boolean stays = lasting.contains(reader.reader()) && !reader.hasLeftWithWhatWasLost();
            if (!rewound || stays) {
                reader.saws().stream()
                        .filter(saw -> stays || !publications.mayBeLost(saw))
                        .forEach(saw -> take(reader, saw));
            }
        }
        if (!rewound) {
            publications.acked(topic).forEach(this::take);
            publications.clashes(topic).forEach(this::report);
        }
    }

    private void take(Track reader, Entry.Saw saw) {
        Position at = saw.position();
        Entry.Acked acked = publications.mayBeLost(saw) ? publications.acked(topic, at) : null;
        if (acked != null && !acked.position().equals(at)) {
            findings.add(Invariant.I1, topic, reader.reader(), "holds another event for acknowledged", acked, saw);
        }
        Entry.Saw known = events.putIfAbsent(new Place(at.epoch(), at.offset()), saw);
        if (known != null && !(known.position().equals(at) && known.id().equals(saw.id()))) {
            findings.add(Invariant.I6, topic, reader.reader(), "another event than others saw there", known, saw);
        } else {
            requireOnce(saw.id(), at, saw, reader.reader());
        }
    }

    private void take(Entry.Acked acked) {
        Sending sending = acked.sending();
        requireOnce(sending.id(), acked.position(), acked, sending.publisher());
    }

    private void requireOnce(String id, Position at, Entry entry, String who) {
        Entry known = messages.putIfAbsent(new Copy(id, at.epoch()), entry);
        if (known != null && position(known).offset() != at.offset()) {
            findings.add(Invariant.I3, topic, who, "one message in two places", known, entry);
        }
    }

    private static Position position(Entry entry) {
        return entry instanceof Entry.Saw saw ? saw.position() : ((Entry.Acked) entry).position();
    }

    private void report(List<Entry.Acked> clash) {
        String who = clash.get(1).sending().publisher();
        findings.add(Invariant.I6, topic, who, "two events acknowledged at one place", clash.toArray(Entry[]::new));
    }
}
