package dev.fanfare.history;

/// One connection of a reader. A reader claims continuity: what follows on its next connection joins what it has seen.
/// Whoever begins anew is another reader, with another name.
///
/// @param number 1, 2, 3… of this reader
public record Connection(String reader, int number) {
    public Connection {
        if (number < 1) {
            throw new IllegalArgumentException("connections of " + reader + " count from 1, not " + number);
        }
    }

    /// Returns the one that follows this.
    public Connection next() {
        return new Connection(reader, number + 1);
    }
}
