package dev.fanfare.memory;

import dev.fanfare.CloseReason;
import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// One topic: its head, history and snapshot.
///
/// Threads: safe; everything is guarded by `this`. News are told outside the lock, yet in order: whoever finds nobody
/// telling tells all there is, also what others add meanwhile.
final class TopicLog {
    private static final int MOST_NEWS = 4096;
    private static final int MOST_UNTOLD_BYTES = 4 * 1024 * 1024;
    private static final System.Logger LOG = System.getLogger(TopicLog.class.getName());

    private final TopicName topic;
    private final Set<TopicName> attached;
    private final EventRing events = new EventRing();
    private final Map<String, Key> keys = new LinkedHashMap<>();
    private final Queue<News> news = new ArrayDeque<>();
    private long untold; // bytes of news
    private boolean telling;
    private boolean removed;

    private long epoch; // 0 until the first append
    private long offset;
    private long uid;
    private Head.State state = Head.State.DROPPED;
    private @Nullable CloseReason reason;
    private @Nullable StoredEvent snapshot;
    private Instant created = Instant.MIN;
    private Instant changed = Instant.MIN;
    private TopicPolicy policy = TopicPolicy.DEFAULT;

    /// An idempotency key that was used.
    private record Key(Position position, Instant at, Instant until) {}

    private record News(Head head, List<StoredEvent> events) {
        long bytes() {
            return events.stream().mapToLong(event -> event.message().length()).sum();
        }
    }

    /// @param attached the topics whose news are asked for. Looked at under the lock only, so that whoever attaches and
    ///     then reads either sees an event or is told of it.
    TopicLog(TopicName topic, Set<TopicName> attached) {
        this.topic = topic;
        this.attached = attached;
    }

    TopicName topic() {
        return topic;
    }

    /// Stores the event; null if this log has been removed from the backend, and another must be made.
    synchronized @Nullable AppendResult append(Append append, Instant now) {
        if (removed) {
            return null;
        }
        Instant at = now.isAfter(changed) ? now : changed; // never backwards, whatever the clock does
        AppendResult refusal = refusal(append, at);
        if (refusal != null) {
            return refusal;
        }
        boolean begins = !hasLife() || append.effect() instanceof Effect.Reopen;
        if (begins) {
            beginLife(at);
        }
        policy = append.policy();
        List<StoredEvent> stored = store(append, at);
        tellLater(stored);
        return accepted(append, at);
    }

    private @Nullable AppendResult refusal(Append append, Instant at) {
        Key used = append.idempotencyKey() == null ? null : key(append.idempotencyKey(), at);
        if (used != null) {
            return new AppendResult.Duplicate(used.position, Durability.MEMORY, used.at);
        }
        boolean opens = append.effect() instanceof Effect.Reopen;
        boolean drops = append.effect() instanceof Effect.Drop;
        if (state == Head.State.CLOSED && !opens && !drops) {
            return new AppendResult.Closed(head());
        }
        boolean fits = isExpected(append.expect()) && (!drops || hasLife()) && (!opens || state == Head.State.CLOSED);
        return fits ? null : new AppendResult.Conflict(epoch == 0 ? null : head());
    }

    private boolean isExpected(@Nullable Position expect) {
        if (expect == null) {
            return true;
        }
        return hasLife() ? expect.equals(head().position()) : expect.equals(Position.NONE);
    }

    private @Nullable Key key(String key, Instant at) {
        forgetKeys(at);
        return keys.get(key);
    }

    /// The oldest come first; a policy that was changed meanwhile lets some stay a little longer.
    private void forgetKeys(Instant at) {
        Iterator<Key> oldest = keys.values().iterator();
        while (oldest.hasNext() && !oldest.next().until.isAfter(at)) {
            oldest.remove();
        }
    }

    private void beginLife(Instant at) {
        epoch = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        offset = 0;
        uid = 0;
        state = Head.State.OPEN;
        reason = null;
        snapshot = null;
        events.clear();
        created = at;
    }

    private List<StoredEvent> store(Append append, Instant at) {
        StoredEvent event = new StoredEvent(
                epoch,
                offset + 1,
                offset,
                append.uid(),
                uid,
                at,
                append.eventName(),
                append.conflatable(),
                append.message());
        offset++;
        uid = append.uid();
        changed = at;
        if (append.effect() instanceof Effect.Drop) {
            drop();
            return List.of();
        }
        events.add(event);
        take(append.effect(), event);
        trim(at);
        return List.of(event);
    }

    private void take(Effect effect, StoredEvent event) {
        if (effect instanceof Effect.Close close) {
            state = Head.State.CLOSED;
            reason = close.reason();
        }
        boolean makesSnapshot = effect instanceof Effect.Snapshot
                || effect instanceof Effect.Reopen
                || (effect instanceof Effect.Close close && close.snapshot());
        if (makesSnapshot) {
            snapshot = event;
        }
    }

    private void drop() {
        state = Head.State.DROPPED;
        reason = CloseReason.DROPPED;
        events.clear();
        snapshot = null;
    }

    private AppendResult accepted(Append append, Instant at) {
        Position position = new Position(epoch, offset, (int) uid);
        if (append.idempotencyKey() != null) {
            Instant until = at.plus(append.policy().idempotencyAge());
            keys.put(append.idempotencyKey(), new Key(position, at, until));
        }
        return new AppendResult.Accepted(position, Durability.MEMORY, at);
    }

    private void trim(Instant at) {
        Instant oldest = at.minus(policy.historyAge());
        while (events.size() > 0 && isTooMuch(oldest)) {
            events.removeFirst();
        }
    }

    private boolean isTooMuch(Instant oldest) {
        boolean tooLarge = events.bytes() > policy.historyBytes() && events.size() > 1;
        return events.size() > policy.historyEvents()
                || tooLarge
                || !events.get(0).at().isAfter(oldest);
    }

    synchronized TopicView view(Read read, Instant now) {
        if (epoch == 0 || removed) {
            return TopicView.ABSENT;
        }
        trim(now);
        List<StoredEvent> wanted = new ArrayList<>();
        boolean more = false;
        if (read.maxBytes() > 0) {
            long after = read.after().epoch() == epoch ? read.after().offset() : 0;
            more = events.copyAfter(after, read.maxBytes(), wanted);
        }
        return new TopicView(head(), wanted, more, read.snapshot() ? snapshot : null);
    }

    /// Holds only so much for a listener that is slow: then it is told where the topic stands, and may read.
    private void tellLater(List<StoredEvent> stored) {
        if (!isAttached()) {
            return;
        }
        if (news.size() >= MOST_NEWS || untold >= MOST_UNTOLD_BYTES) {
            news.clear();
            untold = 0;
            news.add(new News(head(), List.of()));
        } else {
            News next = new News(head(), stored);
            news.add(next);
            untold += next.bytes();
        }
    }

    /// Tells the listener what it has not been told, in order. Must not be called while holding a lock.
    void tell(BackendListener listener) {
        for (News next = nextToTell(false); next != null; next = nextToTell(true)) {
            try {
                listener.advanced(topic, next.head, next.events);
            } catch (RuntimeException failure) {
                LOG.log(System.Logger.Level.ERROR, () -> "the listener failed at news of " + topic, failure);
            }
        }
    }

    private synchronized @Nullable News nextToTell(boolean isTeller) {
        if (telling && !isTeller) {
            return null;
        }
        News next = news.poll();
        telling = next != null;
        untold -= next == null ? 0 : next.bytes();
        return next;
    }

    /// Forgets what is too old; tells whether the log as a whole is.
    synchronized boolean isExpired(Instant now) {
        trim(now);
        forgetKeys(now);
        if (removed) {
            return true;
        }
        boolean open = state == Head.State.OPEN;
        Instant until = changed.plus(open ? policy.idleAge() : policy.tombstoneAge());
        removed = epoch == 0 || (!until.isAfter(now) && !(open && isAttached()));
        return removed;
    }

    /// Removes the log whatever it holds.
    synchronized void remove(Instant now) {
        if (hasLife()) {
            offset++;
            uid = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
            changed = now;
            drop();
            tellLater(List.of());
        }
        removed = true;
    }

    synchronized @Nullable Head listed() {
        return hasLife() && !removed ? head() : null;
    }

    private boolean isAttached() {
        return attached.contains(topic);
    }

    private boolean hasLife() {
        return epoch != 0 && state != Head.State.DROPPED;
    }

    private Head head() {
        long oldest = events.size() == 0 ? offset + 1 : events.get(0).offset();
        long snapshotOffset = snapshot == null ? 0 : snapshot.offset();
        return new Head(epoch, offset, uid, state, reason, oldest, snapshotOffset, created, changed);
    }
}
