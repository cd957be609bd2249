package dev.fanfare;

import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A cursor in one topic.
///
/// It is in one of three places: on a node of the window's chain, and then reads by following links; off the chain, and
/// then reads a page from the backend, after which it looks for its place in the chain again; or before the first event
/// of a topic that has no life yet, and then waits for the life that comes. What a page means for the reader is
/// [Recovery]'s to say. Everything, from wherever it comes, passes `show`, which keeps the accounts: position,
/// conflated, missed.
///
/// Threads: confined to its reader, but for `arrived` and `closed`. [Window] wakes it.
final class TopicCursor implements Cursor {
    static final int PAGE_BYTES = 256 * 1024;

    private final EngineBroadcaster engine;
    private final Window window;
    private final Runnable wake;
    private final Queue<Delivery> page = new ArrayDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable TopicView arrived;
    private boolean reading;
    private @Nullable Life life; // kept when the place is lost: it may have ended meanwhile
    private @Nullable Node node; // consumed last; null off the chain
    private Position position = Position.NONE;
    private Delivery.Cause loss = Delivery.Cause.TRUNCATED;
    private int conflated;
    private Position conflatedAfter = Position.NONE; // meaningful while there are conflated ones
    private @Nullable OptionalLong missed;
    private boolean ended;

    TopicCursor(EngineBroadcaster engine, Window window, Runnable wake) {
        this.engine = engine;
        this.window = window;
        this.wake = wake;
    }

    /// Takes its place. Completes when all that is published from then on will be delivered.
    CompletionStage<TopicCursor> begin(StartAt startAt) {
        if (startAt instanceof StartAt.AfterAll all) {
            return begin(all.positions().of(topic()).map(StartAt::after).orElseGet(StartAt.Unreadable::new));
        }
        if (startAt instanceof StartAt.Live
                ? standAtTip()
                : startAt instanceof StartAt.After a && standAt(a.position())) {
            return CompletableFuture.completedStage(this);
        }
        return engine.sharedRead(readFor(startAt)).thenApply(view -> {
            window.compare(view);
            Recovery recovery = recover(startAt, view);
            position = recovery.start();
            take(recovery);
            return this;
        });
    }

    /// Takes hold of the life that it goes on in at once, because that may be over before the next poll.
    private void take(Recovery recovery) {
        page.addAll(recovery.deliveries());
        Position next = recovery.goesOnAt();
        if (!stand(next) && (life == null || life.epoch != next.epoch())) {
            life = window.life(next.epoch());
        }
    }

    /// Stands where the next event published will be the next delivered; not if the topic is closed.
    private boolean standAtTip() {
        Window.Place tip = window.tip();
        stand(tip);
        position = tip.node().position;
        return tip.life().end() == null;
    }

    private Read readFor(StartAt startAt) {
        if (startAt instanceof StartAt.After after) {
            return new Read(window.topic(), after.position(), PAGE_BYTES, true);
        }
        boolean wantsHistory = startAt instanceof StartAt.Earliest || startAt instanceof StartAt.Unreadable;
        return new Read(window.topic(), Position.NONE, wantsHistory ? PAGE_BYTES : 0, true);
    }

    private Recovery recover(StartAt startAt, TopicView view) {
        node = null;
        if (startAt instanceof StartAt.After after) {
            return Recovery.resume(topic(), after.position(), view, loss);
        }
        return startAt instanceof StartAt.Unreadable
                ? Recovery.unreadable(topic(), view)
                : Recovery.begin(topic(), startAt, view);
    }

    @Override
    public List<Delivery> poll(int maxBytes) {
        List<Delivery> ready = new ArrayList<>();
        int bytes = 0;
        while (!isClosed() && (ready.isEmpty() || bytes < maxBytes)) {
            Delivery next = next();
            if (next != null) {
                ready.add(next);
                bytes += size(next);
            } else if (!ready.isEmpty() || ended || window.await(this)) {
                break;
            }
        }
        return ready;
    }

    /// Nothing is for free, so that a poll for one byte gives one delivery.
    static int size(Delivery delivery) {
        return delivery instanceof Received received
                ? Math.max(1, received.stored().message().length())
                : 1;
    }

    private @Nullable Delivery next() {
        while (!ended) {
            Delivery next = page.isEmpty() ? advance() : page.poll();
            if (next == null) {
                return null;
            }
            Delivery shown = show(next);
            if (shown != null) {
                return shown;
            }
        }
        return null;
    }

    /// Moves on by one delivery; null when there is none now.
    private @Nullable Delivery advance() {
        takeArrived();
        if (!page.isEmpty()) {
            return page.poll();
        }
        return !reading && (node != null || findPlace()) ? follow() : null;
    }

    private @Nullable Delivery follow() {
        Life in = life;
        Node at = node;
        if (in == null || at == null) {
            return null;
        }
        Node next = at.next;
        if (next != null && next != Node.SEVERED) {
            node = next;
            return next.received;
        }
        Life.End end = in.end();
        if (end != null && at == in.tail()) {
            return new Delivery.Ended(topic(), end.reason(), end.position());
        }
        Window.Place begun = in.successor();
        if (begun != null) {
            stand(begun);
            return begun.node().offset() == 0 ? follow() : leave(begun.life());
        }
        return next == null ? null : leave(in);
    }

    /// Leaves the chain: what comes next is no longer in it, so the backend is asked, about this life.
    private @Nullable Delivery leave(Life in) {
        node = null;
        position = position.equals(Position.NONE) ? Position.beforeFirst(in.epoch) : position;
        read();
        return null;
    }

    /// Looks for this cursor's place in the chain. If it is not there, the backend knows more.
    private boolean findPlace() {
        if (stand(position)) {
            return true;
        }
        if (!window.isFilling()) {
            read();
        }
        return false;
    }

    private boolean standAt(Position at) {
        boolean found = stand(at);
        position = found ? at : position;
        return found;
    }

    private boolean stand(Position at) {
        Window.Place place = window.locate(at);
        if (place != null) {
            stand(place);
        }
        return place != null;
    }

    private void stand(Window.Place place) {
        life = place.life();
        node = place.node();
        loss = Delivery.Cause.SLOW;
    }

    private void read() {
        reading = true;
        engine.sharedRead(new Read(window.topic(), position, PAGE_BYTES, true)).whenComplete((view, failure) -> {
            if (failure == null) {
                arrived = view;
                window.wake(this);
            } else if (!isClosed()) {
                engine.retryLater(this::read);
            }
        });
    }

    private void takeArrived() {
        TopicView view = arrived;
        if (view == null) {
            return;
        }
        arrived = null;
        reading = false;
        window.compare(view);
        take(recover(view));
    }

    private Recovery recover(TopicView view) {
        Life was = life;
        Life.End end = was == null ? null : was.end();
        boolean gone =
                view.head() == null || (was != null && was.epoch != view.head().epoch());
        if (was != null && end != null && gone) {
            return Recovery.ended(topic(), position, was.tail().offset(), was.tail().received, end);
        }
        return Recovery.resume(topic(), position, view, loss);
    }

    /// Keeps the accounts of what the reader is given; null for what it is spared.
    private @Nullable Delivery show(Delivery delivery) {
        position = delivery.position();
        if (delivery instanceof Received received) {
            return show(received);
        }
        if (delivery instanceof Delivery.Gap gap) {
            Delivery.Gap whole = withConflated(gap);
            missed = sum(missed, whole.missed());
            return window.topic().isJob() ? null : whole; // a job's snapshot stands for what was missed
        }
        ended = true;
        return delivery;
    }

    /// What was left out in favour of an event that is lost now is lost too.
    private Delivery.Gap withConflated(Delivery.Gap gap) {
        if (conflated == 0) {
            return gap;
        }
        OptionalLong all = sum(gap.missed(), OptionalLong.of(conflated));
        conflated = 0;
        return new Delivery.Gap(gap.topic(), gap.cause(), all, conflatedAfter, gap.position());
    }

    private @Nullable Received show(Received received) {
        if (received.stored().conflatable() && !received.isSnapshot() && isOutdated(received)) {
            conflatedAfter = conflated++ == 0 ? received.stored().previous() : conflatedAfter;
            return null;
        }
        Received shown = received.afterConflating(conflated);
        conflated = 0;
        if (missed != null) {
            shown = shown.afterMissing(missed);
            missed = null;
        }
        return shown;
    }

    private boolean isOutdated(Received received) {
        Life now = window.life();
        return now != null
                && now.epoch == received.position().epoch()
                && now.hasConflatableAfter(received.position().offset());
    }

    private static OptionalLong sum(@Nullable OptionalLong a, OptionalLong b) {
        if (a == null) {
            return b;
        }
        return a.isPresent() && b.isPresent() ? OptionalLong.of(a.getAsLong() + b.getAsLong()) : OptionalLong.empty();
    }

    /// Tells whether a poll would find something. Called under the window's lock.
    boolean hasNews(boolean filling) {
        if (arrived != null || isClosed()) {
            return true;
        }
        if (reading) {
            return false;
        }
        Node at = node;
        if (at == null || life == null) {
            return !filling;
        }
        return at.next != null || life.successor() != null || (life.end() != null && at == life.tail());
    }

    void wake() {
        Foreign.run(wake, "waking a reader");
    }

    String topic() {
        return window.topic().name();
    }

    TopicName name() {
        return window.topic();
    }

    /// Returns the place after the last delivery polled.
    Position at() {
        return position;
    }

    @Override
    public String position() {
        return position.toString();
    }

    @Override
    public boolean isEnded() {
        return ended || isClosed();
    }

    private boolean isClosed() {
        return closed.get() || engine.isClosed();
    }

    @Override
    public TopicCursor fork(Runnable newWake) {
        TopicCursor twin = new TopicCursor(engine, engine.sameWindow(window), newWake);
        twin.page.addAll(page);
        twin.life = life;
        twin.node = node;
        twin.position = position;
        twin.loss = loss;
        twin.conflated = conflated;
        twin.conflatedAfter = conflatedAfter;
        twin.missed = missed;
        twin.ended = ended;
        return twin;
    }

    @Override
    public boolean isLevelWith(Cursor other) {
        return other instanceof TopicCursor that
                && window == that.window
                && position.equals(that.position)
                && isSettled()
                && that.isSettled();
    }

    /// Tells whether there is more to read, or may be: what comes next is still being looked for.
    boolean isBehind() {
        return !ended && (reading || node == null || !page.isEmpty() || window.hasNews(this));
    }

    /// Tells whether nothing but the position decides what comes next.
    private boolean isSettled() {
        return !ended && !reading && page.isEmpty() && conflated == 0 && missed == null;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            window.forget(this);
            engine.release(window);
        }
    }
}
