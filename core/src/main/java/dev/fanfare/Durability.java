package dev.fanfare;

import java.util.Locale;

/// What an acknowledged publish has survived.
public enum Durability {
    /// Nothing was stored: the no-op broadcaster.
    NONE,
    /// Held in the memory of one process.
    MEMORY,
    /// Committed to a store that may lose its last moments with the machine.
    COMMITTED,
    /// On disk: survives the machine's sudden end.
    FSYNCED,
    /// On a second machine.
    REPLICATED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /// Returns the name used on the wire.
    public String wireName() {
        return wireName;
    }
}
