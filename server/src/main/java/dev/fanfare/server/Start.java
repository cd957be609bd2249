package dev.fanfare.server;

import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.StartAt;
import dev.fanfare.VectorPosition;
import dev.fanfare.spi.Quote;
import java.util.List;
import java.util.Optional;

/// Where a reader asks to begin.
///
/// @param given empty: topics live, jobs at their snapshot
/// @param resumes whether it comes back with a position, so that it may stand at the end already
record Start(Optional<StartAt> given, boolean resumes) {
    static final Start BY_DEFAULT = new Start(Optional.empty(), false);

    /// A position that was kept. One that cannot be read is no error but a gap: its reader has lost its place.
    static Start after(String position) {
        return new Start(Optional.of(StartAt.after(position)), true);
    }

    /// A word, or a position.
    ///
    /// @throws Refusal if it is neither
    static Start from(String from) {
        return switch (from) {
            case "live" -> new Start(Optional.of(StartAt.live()), false);
            case "earliest" -> new Start(Optional.of(StartAt.earliest()), false);
            case "snapshot" -> new Start(Optional.of(StartAt.snapshot()), false);
            default -> {
                if (Position.parse(from).isEmpty() && VectorPosition.parse(from).isEmpty()) {
                    throw new Refusal(
                            Code.BAD_PARAMETER,
                            "from must be live, earliest, snapshot or a position, not " + Quote.of(from));
                }
                yield after(from);
            }
        };
    }

    void count(HubMetrics metrics) {
        if (resumes) {
            metrics.resumed();
        }
    }

    StartAt ofTopic() {
        return given.orElseGet(StartAt::live);
    }

    StartAt ofJob() {
        return given.orElseGet(StartAt::snapshot);
    }

    /// Tells whether what was polled first, and last, is no more than the ends at which the reader stands.
    boolean isAtEnd(List<Delivery> all) {
        return resumes && all.stream().allMatch(this::isKnownEnd);
    }

    private boolean isKnownEnd(Delivery delivery) {
        return delivery instanceof Delivery.Ended
                && known(delivery.topic()).filter(delivery.position()::equals).isPresent();
    }

    private Optional<Position> known(String topic) {
        StartAt startAt = given.orElseThrow();
        if (startAt instanceof StartAt.After after) {
            return Optional.of(after.position());
        }
        return startAt instanceof StartAt.AfterAll all ? all.positions().of(topic) : Optional.empty();
    }
}
