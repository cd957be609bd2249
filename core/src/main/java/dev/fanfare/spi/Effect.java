package dev.fanfare.spi;

import dev.fanfare.CloseReason;

/// What an event does to its topic, in the same atomic step that stores it.
public sealed interface Effect {
    Effect KEEP = new Keep();
    Effect SNAPSHOT = new Snapshot();
    Effect REOPEN = new Reopen();

    /// Nothing more than to be its next event.
    record Keep() implements Effect {}

    /// It becomes the snapshot.
    record Snapshot() implements Effect {}

    /// It is the last event: the topic is closed, and stays readable until its tombstone expires.
    record Close(CloseReason reason, boolean snapshot) implements Effect {}

    /// It begins a new life of a closed topic, and is its snapshot. Needs the closed head as the expected position.
    record Reopen() implements Effect {}

    /// It is not delivered: the topic's life ends, history and snapshot go, the head stays as a tombstone.
    record Drop() implements Effect {}
}
