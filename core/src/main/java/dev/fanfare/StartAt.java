package dev.fanfare;

/// Where a subscription begins.
public sealed interface StartAt {
    /// Only events published once the subscription is active. A closed topic hands out its snapshot and its end.
    record Live() implements StartAt {}

    /// Every retained event, oldest first, then live events.
    record Earliest() implements StartAt {}

    /// The snapshot if the topic has one, then everything after it.
    record Snapshot() implements StartAt {}

    /// The event that follows `position`, then everything after it.
    record After(Position position) implements StartAt {}

    /// The same for several topics at once: what follows the position that the vector holds for each.
    record AfterAll(VectorPosition positions) implements StartAt {}

    /// After a position that could not be read: begins with a gap, then like [Snapshot].
    record Unreadable() implements StartAt {}

    static StartAt live() {
        return new Live();
    }

    static StartAt earliest() {
        return new Earliest();
    }

    static StartAt snapshot() {
        return new Snapshot();
    }

    static StartAt after(Position position) {
        return new After(position);
    }

    /// Reads a position as [Cursor#position()] and the wire give it, of one topic or of several.
    ///
    /// Never refuses: a reader that comes back with a text that is no position must be told of its loss, so it gets
    /// [Unreadable].
    static StartAt after(String position) {
        return Position.parse(position)
                .<StartAt>map(After::new)
                .or(() -> VectorPosition.parse(position).map(AfterAll::new))
                .orElseGet(Unreadable::new);
    }
}
