package dev.fanfare.jobs;

import java.util.Locale;

/// The fields of a job's state, in the order in which they are written.
enum JobField {
    STATUS,
    PROGRESS,
    MESSAGE,
    RESULTS,
    ERROR,
    /// Last, because the wire form of an update is made by writing the time in front of it.
    ATTEMPT;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    String wireName() {
        return wireName;
    }
}
