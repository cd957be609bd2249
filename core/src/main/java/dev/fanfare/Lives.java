package dev.fanfare;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which of a topic's lives is the present one, as far as news and reads have told; and the time without one before it.
///
/// Threads: guarded by its window's lock, but for `present`, which any thread may ask.
final class Lives {
    private final TopicName topic;
    private volatile @Nullable Life life;
    private Life vacancy = Life.none(); // where readers wait while there is no life

    Lives(TopicName topic) {
        this.topic = topic;
    }

    /// Returns the life that the topic is in; null while it has none.
    @Nullable
    Life present() {
        return life;
    }

    /// Forgets the present life: nobody reads it any more.
    void clear() {
        life = null;
    }

    /// Extends the chain by what fits; tells whether it now stands at `head`.
    boolean follow(Head head, List<StoredEvent> events) {
        Life now = life;
        if (now == null || now.epoch != head.epoch()) {
            return false; // the news may be old: only a read tells which life is the present one
        }
        for (StoredEvent event : events) {
            if (now.isFollowedBy(event)) {
                now.append(Received.of(topic.name(), event));
            }
        }
        return now.tail().offset() >= lastEvent(head) && settleEnd(now, head);
    }

    /// Takes what a read saw, which began when the window stood at `asked`; tells whether the window now stands there.
    boolean settle(TopicView view, Position asked) {
        Head head = view.head();
        Life now = life;
        if (head == null) {
            replace(null);
            return true;
        }
        boolean known = now != null && now.epoch == head.epoch();
        if (known && lastEvent(head) < asked.offset()) {
            replace(new Life(head.position(), head.uid())); // the store was set back
            return true;
        }
        if (!known || !fits(now, view)) {
            replace(begin(head, view.events()));
        }
        return life == null || follow(head, view.events());
    }

    /// A life as a read shows it; none when all that is left of it is the news of its drop.
    private static @Nullable Life begin(Head head, List<StoredEvent> events) {
        if (head.state() == Head.State.DROPPED) {
            return null;
        }
        return events.isEmpty()
                ? new Life(head.position(), head.uid())
                : new Life(events.get(0).previous(), events.get(0).prevUid());
    }

    /// Tells whether the events of the read continue the chain, perhaps after some that it holds already.
    private static boolean fits(@Nullable Life now, TopicView view) {
        Head head = view.head();
        if (now == null || head == null) {
            return false;
        }
        long tail = now.tail().offset();
        for (StoredEvent event : view.events()) {
            if (event.offset() > tail) {
                return now.isFollowedBy(event);
            }
        }
        return lastEvent(head) < tail
                || (head.state() == Head.State.DROPPED && lastEvent(head) == tail)
                || now.standsAt(head.offset(), head.uid());
    }

    /// Ends the life if it is over and all of it is here. A dropped one is the topic's no longer.
    private boolean settleEnd(Life now, Head head) {
        CloseReason reason = head.reason();
        if (reason != null && now.end() == null && now.tail().offset() == lastEvent(head)) {
            now.end(reason, head.position());
        }
        if (head.state() == Head.State.DROPPED && now.end() != null) {
            set(null); // its readers hold it until they have seen the end
        }
        return true;
    }

    /// The offset of the last event that is delivered: a drop takes an offset, but is none.
    private static long lastEvent(Head head) {
        return head.state() == Head.State.DROPPED ? head.offset() - 1 : head.offset();
    }

    private void replace(@Nullable Life next) {
        Life old = life;
        if (old != null) {
            old.sever();
        }
        set(next);
    }

    private void set(@Nullable Life next) {
        if (next == null) {
            vacancy = life == null ? vacancy : Life.none();
        } else if (life == null) {
            vacancy.precede(next);
        }
        life = next;
    }

    /// Finds the place in the chain where `position` is the last event consumed.
    Window.@Nullable Place locate(Position position) {
        if (position.equals(Position.NONE)) {
            return beginning();
        }
        Life now = life;
        Node node = now == null ? null : now.locate(position);
        return now == null || node == null ? null : new Window.Place(now, node);
    }

    /// Of a life that is over only the backend can tell whether it still is the topic's.
    private Window.@Nullable Place beginning() {
        Life now = life == null ? vacancy : life;
        return now.anchor().offset() == 0 && now.end() == null ? new Window.Place(now, now.anchor()) : null;
    }

    /// Finds the newest place in the chain.
    Window.Place tip() {
        Life now = life == null ? vacancy : life;
        return new Window.Place(now, now.tail());
    }
}
