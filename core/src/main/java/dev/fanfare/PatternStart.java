package dev.fanfare;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.TopicPage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Decides where to start in a topic that a pattern finds among those that exist already. Pure.
final class PatternStart {
    /// A vector's time is that of a delivery; a topic that changed shortly before may have changed after it was made.
    private static final Duration SLACK = Duration.ofMinutes(1);

    private PatternStart() {}

    /// Returns where to start; empty when there is nothing to read in the topic.
    static Optional<StartAt> in(TopicPage.Entry topic, StartAt startAt) {
        Head head = topic.head();
        boolean over = head.state() != Head.State.OPEN;
        if (startAt instanceof StartAt.AfterAll all) {
            return resume(topic.name(), head, all.positions());
        }
        if (startAt instanceof StartAt.Live) {
            return over ? Optional.empty() : Optional.of(StartAt.after(head.position()));
        }
        if (startAt instanceof StartAt.Snapshot) {
            return over ? Optional.empty() : Optional.of(startAt);
        }
        return Optional.of(startAt instanceof StartAt.Earliest ? startAt : new StartAt.Unreadable());
    }

    /// Returns where the reader stands in a topic that is over and that it has all of; empty for any other.
    static Optional<Position> seenToTheEnd(TopicPage.Entry topic, StartAt startAt) {
        Head head = topic.head();
        return startAt instanceof StartAt.AfterAll all && head.state() != Head.State.OPEN
                ? all.positions().of(topic.name()).filter(head.position()::equals)
                : Optional.empty();
    }

    private static Optional<StartAt> resume(String topic, Head head, VectorPosition positions) {
        boolean over = head.state() != Head.State.OPEN;
        Optional<Position> known = positions.of(topic);
        if (known.isPresent()) {
            boolean seenToTheEnd = over && known.get().equals(head.position());
            return seenToTheEnd ? Optional.empty() : Optional.of(StartAt.after(known.get()));
        }
        Instant asOf = positions.asOf();
        if (!positions.whole()) {
            return Optional.of(new StartAt.Unreadable());
        }
        if (head.created().isAfter(asOf)) {
            return Optional.of(StartAt.after(Position.NONE));
        }
        if (head.changed().isAfter(asOf.minus(SLACK))) {
            return Optional.of(new StartAt.Unreadable());
        }
        return over ? Optional.empty() : Optional.of(StartAt.after(head.position()));
    }
}
