package dev.fanfare;

import org.jspecify.annotations.Nullable;

/// A link of a life's chain: an event, or the place before the first one that is kept.
///
/// Threads: the window's lock guards the writing of `next`; readers follow it without a lock.
final class Node {
    /// Stands where a chain was cut: what followed is no longer kept here.
    static final Node SEVERED = new Node(Position.NONE, null);

    private static final int OVERHEAD = 160; // what an event takes beside its message, measured

    final Position position;
    final @Nullable Received received;
    volatile @Nullable Node next;

    Node(Position position, @Nullable Received received) {
        this.position = position;
        this.received = received;
    }

    long offset() {
        return position.offset();
    }

    int bytes() {
        return received == null ? 0 : OVERHEAD + received.stored().message().length();
    }
}
