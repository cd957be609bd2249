package dev.fanfare;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicView;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Decides what a reader gets that is not in the window: from where it stands, or wants to start, and what one atomic
/// read of the topic saw. Pure: every rule about loss is here, and nowhere else.
///
/// @param start where the reader stands before the first delivery
/// @param deliveries what it gets now; unless they end, it goes on after the last
record Recovery(Position start, List<Delivery> deliveries) {

    /// Returns where the reader stands after the deliveries.
    Position goesOnAt() {
        return deliveries.isEmpty()
                ? start
                : deliveries.get(deliveries.size() - 1).position();
    }

    /// Begins a subscription that has no position.
    static Recovery begin(String topic, StartAt startAt, TopicView view) {
        Head head = view.head();
        if (head == null || head.state() == Head.State.DROPPED) {
            return new Recovery(Position.NONE, List.of());
        }
        Plan plan = new Plan(topic, view, head);
        StoredEvent snapshot = view.snapshot();
        if (startAt instanceof StartAt.Earliest && !view.events().isEmpty()) {
            return plan.replay().from(view.events().get(0).previous());
        }
        if (snapshot != null && !(startAt instanceof StartAt.Live && head.state() == Head.State.OPEN)) {
            return plan.snapshot(snapshot).from(snapshot.previous());
        }
        return plan.standAt(head.position()).from(head.position());
    }

    /// Goes on for a reader that says it stands at `position`.
    ///
    /// @param lost the cause to name when history does not reach back to the reader
    static Recovery resume(String topic, Position position, TopicView view, Delivery.Cause lost) {
        Head head = view.head();
        boolean ofThisLife = head != null && head.epoch() == position.epoch();
        if (head == null || (head.state() == Head.State.DROPPED && !ofThisLife)) {
            return absent(topic, position);
        }
        Plan plan = new Plan(topic, view, head);
        if (position.equals(Position.NONE)) {
            return plan.goOn(Position.beforeFirst(head.epoch()), lost).from(position);
        }
        if (!ofThisLife) {
            return plan.lose(position, Delivery.Cause.EPOCH).from(position);
        }
        return plan.goOn(position, lost).from(position);
    }

    /// Goes on for a reader whose position could not be read.
    static Recovery unreadable(String topic, TopicView view) {
        Head head = view.head();
        if (head == null || head.state() == Head.State.DROPPED) {
            var gap = new Delivery.Gap(
                    topic, Delivery.Cause.UNKNOWN_POSITION, OptionalLong.empty(), Position.NONE, Position.NONE);
            return new Recovery(Position.NONE, List.of(gap));
        }
        return new Plan(topic, view, head)
                .lose(Position.NONE, Delivery.Cause.UNKNOWN_POSITION)
                .from(Position.NONE);
    }

    /// Ends a reader whose life is over and gone from the backend: of what it has not seen, the last event is left.
    ///
    /// @param last the life's last event; null when this node never saw it
    static Recovery ended(String topic, Position position, long lastOffset, @Nullable Received last, Life.End end) {
        List<Delivery> deliveries = new ArrayList<>();
        Received unseen = position.offset() < lastOffset ? last : null;
        long missed = lastOffset - position.offset() - (unseen == null ? 0 : 1);
        if (missed > 0) {
            Position resumesAt =
                    unseen == null ? end.position() : unseen.stored().previous();
            deliveries.add(new Delivery.Gap(topic, Delivery.Cause.SLOW, OptionalLong.of(missed), position, resumesAt));
        }
        if (unseen != null) {
            deliveries.add(unseen);
        }
        deliveries.add(new Delivery.Ended(topic, end.reason(), end.position()));
        return new Recovery(position, deliveries);
    }

    private static Recovery absent(String topic, Position position) {
        if (position.equals(Position.NONE)) {
            return new Recovery(position, List.of());
        }
        var gap = new Delivery.Gap(topic, Delivery.Cause.EPOCH, OptionalLong.empty(), position, Position.NONE);
        return new Recovery(position, List.of(gap));
    }

    /// Collects the deliveries, for one view of a topic that has a life or has just lost it.
    private static final class Plan {
        private final String topic;
        private final TopicView view;
        private final Head head;
        private final List<Delivery> deliveries = new ArrayList<>();

        Plan(String topic, TopicView view, Head head) {
            this.topic = topic;
            this.view = view;
            this.head = head;
        }

        Recovery from(Position start) {
            return new Recovery(start, List.copyOf(deliveries));
        }

        /// For a position in this life.
        Plan goOn(Position position, Delivery.Cause lost) {
            if (head.state() == Head.State.DROPPED) {
                return endDropped(position, lost);
            }
            if (position.offset() > head.offset()) {
                return lose(position, Delivery.Cause.REWOUND);
            }
            if (position.offset() == head.offset()) {
                return position.equals(head.position()) ? standAt(position) : lose(position, Delivery.Cause.REWOUND);
            }
            StoredEvent next = first(position.offset());
            if (next == null || next.prevOffset() != position.offset()) {
                return lose(position, lost);
            }
            return next.follows(position) ? replayAfter(position.offset()) : lose(position, Delivery.Cause.REWOUND);
        }

        /// A dropped life has nothing left but its end.
        private Plan endDropped(Position position, Delivery.Cause lost) {
            long missed = head.offset() - 1 - position.offset();
            if (missed > 0) {
                addGap(lost, OptionalLong.of(missed), position, head.position());
            }
            return standAt(head.position());
        }

        /// Says what is lost, then gives the snapshot if it can stand for that, else what survives.
        Plan lose(Position position, Delivery.Cause cause) {
            boolean countable = cause == Delivery.Cause.TRUNCATED || cause == Delivery.Cause.SLOW;
            StoredEvent snapshot = view.snapshot();
            if (snapshot != null && (!countable || snapshot.offset() > position.offset())) {
                long missed = snapshot.offset() - 1 - position.offset();
                addGap(cause, count(countable, missed), position, snapshot.previous());
                return snapshot(snapshot);
            }
            StoredEvent next = cause == Delivery.Cause.REWOUND ? null : first(countable ? position.offset() : 0);
            if (next == null) {
                addGap(cause, count(countable, head.offset() - position.offset()), position, head.position());
                return standAt(head.position());
            }
            addGap(cause, count(countable, next.offset() - 1 - position.offset()), position, next.previous());
            return replayAfter(next.prevOffset());
        }

        Plan snapshot(StoredEvent snapshot) {
            deliveries.add(Received.of(topic, snapshot).asSnapshot());
            StoredEvent next = first(snapshot.offset());
            return next != null && next.follows(snapshot.position())
                    ? replayAfter(snapshot.offset())
                    : standAt(snapshot.position());
        }

        Plan replay() {
            return replayAfter(0);
        }

        private Plan replayAfter(long offset) {
            Position last = Position.NONE;
            for (StoredEvent event : view.events()) {
                if (event.offset() > offset) {
                    deliveries.add(Received.of(topic, event));
                    last = event.position();
                }
            }
            return standAt(last);
        }

        /// Adds the end if the life is over and the reader has all of it.
        Plan standAt(Position position) {
            CloseReason reason = head.reason();
            if (reason != null && position.equals(head.position())) {
                deliveries.add(new Delivery.Ended(topic, reason, position));
            }
            return this;
        }

        private void addGap(Delivery.Cause cause, OptionalLong missed, Position from, Position to) {
            if (missed.isEmpty() || missed.getAsLong() > 0) {
                deliveries.add(new Delivery.Gap(topic, cause, missed, from, to));
            }
        }

        private static OptionalLong count(boolean countable, long missed) {
            return countable ? OptionalLong.of(missed) : OptionalLong.empty();
        }

        private @Nullable StoredEvent first(long afterOffset) {
            for (StoredEvent event : view.events()) {
                if (event.offset() > afterOffset) {
                    return event;
                }
            }
            return null;
        }
    }
}
