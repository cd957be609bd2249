package dev.fanfare;

import dev.fanfare.spi.StoredEvent;
import org.jspecify.annotations.Nullable;

/// One epoch of a topic as a node knows it: the chain of its recent events, and how it ended.
///
/// A reader holds the node that it has consumed last and follows `next`. Dropping the oldest event cuts the chain in
/// front of it, so a reader that falls behind keeps one node alive and never the whole chain.
///
/// Threads: changed only under the window's lock; the volatile fields are read without it. A node is linked before the
/// fields that speak of it are set.
final class Life {
    final long epoch;
    private Node anchor; // the node before the oldest event kept
    private long tailUid;
    private int events;
    private long bytes;
    private volatile Node tail;
    private volatile long newestConflatable;
    private volatile @Nullable End end;
    private volatile Window.@Nullable Place successor;

    /// @param reason why the life is over
    /// @param position what a reader resumes after that has seen the end
    record End(CloseReason reason, Position position) {}

    /// Begins a chain after `position`, whose event had the full id `uid`.
    Life(Position position, long uid) {
        epoch = position.epoch();
        anchor = new Node(position, null);
        tail = anchor;
        tailUid = uid;
    }

    /// Begins the time in which a topic has no life: its readers wait at [Position#NONE] for the one that comes.
    static Life none() {
        return new Life(Position.NONE, 0);
    }

    Node tail() {
        return tail;
    }

    Node anchor() {
        return anchor;
    }

    @Nullable
    End end() {
        return end;
    }

    long bytes() {
        return bytes;
    }

    int events() {
        return events;
    }

    boolean isFollowedBy(StoredEvent event) {
        return event.epoch() == epoch && event.prevOffset() == tail.offset() && event.prevUid() == tailUid;
    }

    boolean standsAt(long offset, long uid) {
        return tail.offset() == offset && tailUid == uid;
    }

    /// Tells whether a conflatable event later than `offset` exists.
    boolean hasConflatableAfter(long offset) {
        return newestConflatable > offset;
    }

    void append(Received received) {
        Node node = new Node(received.position(), received);
        tail.next = node;
        tail = node;
        tailUid = received.stored().uid();
        events++;
        bytes += node.bytes();
        if (received.stored().conflatable()) {
            newestConflatable = node.offset();
        }
    }

    /// Lets go of the oldest event: readers that have not consumed it must turn to the backend.
    void dropOldest() {
        Node oldest = anchor.next;
        if (oldest == null) {
            return;
        }
        anchor.next = Node.SEVERED;
        anchor = oldest;
        events--;
        bytes -= oldest.bytes();
    }

    /// Cuts the chain at its end: nothing will be added to it.
    void sever() {
        if (end == null) {
            tail.next = Node.SEVERED;
        }
    }

    void end(CloseReason reason, Position position) {
        end = new End(reason, position);
    }

    /// Links the life that has come to those that waited for one, so that none can begin and end unseen.
    void precede(Life next) {
        successor = new Window.Place(next, next.anchor);
    }

    /// Returns where the life begins that followed the time without one; null while it has not come.
    Window.@Nullable Place successor() {
        return successor;
    }

    /// Returns the node at `position`; null when the chain does not hold it.
    @Nullable
    Node locate(Position position) {
        for (Node node = anchor; node != null && node.offset() <= position.offset(); node = node.next) {
            if (node.position.equals(position)) {
                return node;
            }
        }
        return null;
    }
}
