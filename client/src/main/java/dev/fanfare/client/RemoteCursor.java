package dev.fanfare.client;

import dev.fanfare.CloseReason;
import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.RefusedException;
import dev.fanfare.TopicState;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A cursor whose topics are in a hub: a short queue between a stream and its reader.
///
/// There are two places. Where the stream stands decides what is asked for after a cut; where the reader stands is the
/// cursor's own position.
///
/// Threads: the reader's methods are used by one thread at a time, the feed's by another; what they share is guarded by
/// this. Neither the wake nor the feed is called under the lock.
final class RemoteCursor implements Cursor, Feed.Reader {
    private static final CloseReason TOO_MANY_TOPICS = new CloseReason("too_many_topics");

    private final Link link;
    private final RemoteApp app;
    private final StreamStart start;
    private final Runnable wake;
    private final Feed feed;
    private final CompletableFuture<RemoteCursor> begun = new CompletableFuture<>();
    private final Queue<Waiting> queue = new ArrayDeque<>();
    private final Place received;
    private final Place given;
    private int queuedBytes;
    private boolean asleep;
    private boolean over;
    private boolean closed;

    /// A delivery that the reader has not asked for yet.
    private record Waiting(Delivery delivery, @Nullable String said, int bytes) {}

    private RemoteCursor(Link link, RemoteApp app, StreamStart start, Runnable wake) {
        this.link = link;
        this.app = app;
        this.start = start;
        this.wake = wake;
        this.feed = new Feed(link, app, start, this, false);
        this.received = new Place(start);
        this.given = new Place(start);
    }

    private RemoteCursor(RemoteCursor other, Runnable wake) {
        link = other.link;
        app = other.app;
        start = other.start;
        this.wake = wake;
        feed = new Feed(link, app, start, this, true);
        received = new Place(other.received);
        given = new Place(other.given);
        queue.addAll(other.queue);
        queuedBytes = other.queuedBytes;
        over = other.over;
        closed = other.closed;
        begun.complete(this);
    }

    /// Completes when the hub says that the stream is active.
    static CompletionStage<RemoteCursor> open(Link link, RemoteApp app, StreamStart start, Runnable wake) {
        RemoteCursor cursor = new RemoteCursor(link, app, start, wake);
        link.opened(cursor);
        long patience = link.settings().timeout().toMillis();
        Clock.Scheduled deadline = link.clock().schedule(link.settings().timeout(), () -> cursor.giveUp(patience));
        cursor.begun.whenComplete((begun, failure) -> deadline.cancel());
        cursor.feed.connect();
        return cursor.begun.copy();
    }

    private void giveUp(long millis) {
        if (begun.completeExceptionally(feed.unavailable("not subscribed within " + millis + " ms"))) {
            link.health().callFailed("no subscription within " + millis + " ms");
            close();
        }
    }

    @Override
    public List<Delivery> poll(int maxBytes) {
        List<Delivery> ready = new ArrayList<>();
        boolean hasRoom;
        synchronized (this) {
            int bytes = 0;
            while (!closed && !queue.isEmpty() && (ready.isEmpty() || bytes < maxBytes)) {
                Delivery next = take();
                ready.add(next);
                bytes += size(next);
            }
            asleep = ready.isEmpty();
            hasRoom = queuedBytes <= link.settings().queueBytes() / 2;
        }
        if (hasRoom) {
            feed.more();
        }
        return ready;
    }

    /// Nothing is for free, so that a poll for one byte gives one delivery.
    private static int size(Delivery delivery) {
        return delivery instanceof Received event
                ? Math.max(1, event.stored().message().length())
                : 1;
    }

    private Delivery take() {
        Waiting next = queue.remove();
        queuedBytes -= next.bytes;
        given.pass(next.delivery);
        if (next.said != null) {
            given.say(next.said);
        }
        return next.delivery;
    }

    @Override
    public synchronized String position() {
        return given.text();
    }

    synchronized Place place() {
        return new Place(given);
    }

    boolean hasPatterns() {
        return start.hasPatterns();
    }

    @Override
    public synchronized boolean isEnded() {
        return closed || (over && queue.isEmpty());
    }

    @Override
    public RemoteCursor fork(Runnable newWake) {
        RemoteCursor twin;
        synchronized (this) {
            twin = new RemoteCursor(this, newWake);
        }
        if (!twin.isOver()) {
            link.opened(twin);
            twin.feed.connect();
        }
        return twin;
    }

    @Override
    public boolean isLevelWith(Cursor other) {
        return other instanceof RemoteCursor that
                && link == that.link
                && app == that.app
                && start.patterns().equals(that.start.patterns())
                && !isEnded()
                && !that.isEnded()
                && position().equals(that.position());
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            queue.clear();
            queuedBytes = 0;
        }
        feed.close();
        link.closed(this);
        begun.completeExceptionally(new IllegalStateException("the cursor was closed before it had begun"));
    }

    /// Closes, and lets a reader that waits know.
    void end() {
        close();
        wake.run();
    }

    @Override
    public synchronized String resumeAfter() {
        return received.text();
    }

    @Override
    public void subscribed(String position) {
        synchronized (this) {
            if (!begun.isDone()) { // later ones tell nothing new of the place that was asked for
                received.say(position);
                given.say(position);
            }
        }
        begun.complete(this);
    }

    @Override
    public void delivered(Delivery delivery, @Nullable String said, int bytes) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (!received.hasPassed(delivery)) {
                received.pass(delivery);
                queue.add(new Waiting(delivery, said, bytes));
                queuedBytes += bytes;
            }
            if (said != null) {
                received.say(said);
            }
            over = received.isEnded();
        }
        rouse();
    }

    private void rouse() {
        boolean wakes;
        synchronized (this) {
            wakes = asleep && (over || !queue.isEmpty());
            asleep &= !wakes;
        }
        if (wakes) {
            wake.run();
        }
    }

    @Override
    public synchronized boolean wantsMore() {
        return queuedBytes < link.settings().queueBytes();
    }

    @Override
    public synchronized boolean isOver() {
        return over || closed;
    }

    /// Asks why, since a hub that has nothing more to say does not say that.
    @Override
    public void ended() {
        List<CompletableFuture<Optional<Delivery.Ended>>> ends = start.named().stream()
                .filter(topic -> !hasEnded(topic))
                .map(topic -> end(topic).toCompletableFuture())
                .toList();
        CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).whenComplete((all, failure) -> {
            if (failure != null) {
                feed.lost(HubCalls.describe(failure));
                return;
            }
            ends.forEach(end -> end.join().ifPresent(ended -> delivered(ended, null, 0)));
            if (isOver()) {
                begun.complete(this);
            } else {
                feed.lost("a topic that had ended lives again");
            }
        });
    }

    private synchronized boolean hasEnded(String topic) {
        return received.hasEnded(topic);
    }

    private CompletionStage<Optional<Delivery.Ended>> end(String topic) {
        if (TopicName.isJob(topic)) {
            return app.jobs()
                    .stateAsync(TopicName.jobId(topic))
                    .thenApply(job -> job.map(last -> end(topic, last)).orElseGet(() -> dropped(topic)));
        }
        return app.topic(topic)
                .stateAsync()
                .thenApply(state -> state.map(last -> end(topic, last)).orElseGet(() -> dropped(topic)));
    }

    private static Optional<Delivery.Ended> end(String topic, JobUpdate last) {
        return Optional.of(last)
                .filter(JobUpdate::isEnded)
                .map(update -> new Delivery.Ended(topic, update.status().closeReason(), update.position()));
    }

    private static Optional<Delivery.Ended> end(String topic, TopicState state) {
        return state.closed().map(reason -> new Delivery.Ended(topic, reason, state.position()));
    }

    private synchronized Optional<Delivery.Ended> dropped(String topic) {
        Position stood = received.vector().of(topic).orElse(Position.NONE);
        return Optional.of(new Delivery.Ended(topic, CloseReason.DROPPED, stood));
    }

    /// Fails what has not begun. What has begun goes on after anything but the limit that no later try would meet
    /// either.
    @Override
    public void refused(RuntimeException reason) {
        if (begun.completeExceptionally(reason)) {
            close();
        } else if (reason instanceof RefusedException limit && limit.code().equals(TOO_MANY_TOPICS.text())) {
            endBecauseOf(TOO_MANY_TOPICS);
        } else {
            feed.lost(HubCalls.describe(reason));
        }
    }

    private void endBecauseOf(CloseReason limit) {
        synchronized (this) {
            String first = start.patterns().get(0).name();
            queue.add(new Waiting(new Delivery.Ended(first, limit, Position.NONE), null, 0));
            over = true;
        }
        feed.close();
        rouse();
    }
}
