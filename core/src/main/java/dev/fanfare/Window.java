package dev.fanfare;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A topic's recent events on this node, for as long as it has cursors here.
///
/// News from the backend extend the chain only where they fit it. What does not fit is a hint that the backend holds
/// more: one read is then under way until the window stands where the backend does, or must begin a new chain because
/// history cannot bridge the hole. Readers of a chain that was cut find out by themselves and turn to the backend.
///
/// Threads: safe; everything is guarded by `this` but the chain, which is read without a lock. Cursors are woken and
/// the backend is called after the lock has been left.
final class Window {
    private static final int PAGE_BYTES = 256 * 1024;
    private static final int MAX_EVENTS = 4096;
    private static final int MAX_BYTES = 4 * 1024 * 1024;

    private final EngineBroadcaster engine;
    private final TopicName topic;
    private final CompletableFuture<Void> synced = new CompletableFuture<>();
    private final Set<TopicCursor> waiting = new LinkedHashSet<>();
    private final Lives lives;
    /// Reads that answer at once follow each other, not from within each other, however often the topic moves on.
    private final SerialTask filler = new SerialTask(Runnable::run, this::fill);
    private boolean filling = true; // the first read is on its way from the beginning
    private boolean stale; // there was news while a read was under way
    private boolean discarded; // nobody uses it any more, and what it holds is counted nowhere
    private int users;
    private long counted; // bytes, as the budget knows them

    Window(EngineBroadcaster engine, TopicName topic) {
        this.engine = engine;
        this.topic = topic;
        this.lives = new Lives(topic);
    }

    TopicName topic() {
        return topic;
    }

    /// The life that the topic is in; null while it has none.
    @Nullable
    Life life() {
        return lives.present();
    }

    /// The life of that epoch, if it is the topic's.
    @Nullable
    Life life(long epoch) {
        Life now = lives.present();
        return now != null && now.epoch == epoch ? now : null;
    }

    /// Completes when the window stands where the backend does and hears of what follows.
    CompletionStage<Void> synced() {
        return synced;
    }

    // Only called while the engine's map holds the topic's entry.

    void addUser() {
        users++;
    }

    boolean removeUser() {
        return --users == 0;
    }

    /// Learns where the topic stands, once the backend tells its news.
    void open(CompletionStage<Void> attaching) {
        attaching
                .thenCompose(attached -> engine.read(new Read(topic, Position.NONE, 0, false)))
                .whenComplete((view, failure) -> {
                    if (failure == null) {
                        filled(view, Position.NONE);
                        synced.complete(null);
                    } else {
                        synced.completeExceptionally(failure);
                    }
                });
    }

    /// Takes news from the backend: the topic stands at `head` or beyond, and `events` led there.
    void advanced(Head head, List<StoredEvent> events) {
        News news;
        synchronized (this) {
            if (filling || discarded) {
                stale = true;
                return;
            }
            filling = !lives.follow(head, events);
            news = takeNews();
        }
        act(news);
    }

    /// Asks the backend whether it holds more than this window knows.
    void resync() {
        if (beginFilling()) {
            filler.ask();
        }
    }

    /// Tells whether the backend is to be asked; if a read is under way, another will follow it.
    synchronized boolean beginFilling() {
        if (filling || discarded) {
            stale = true;
            return false;
        }
        filling = true;
        return true;
    }

    /// Returns the read of what follows.
    Read next(int maxBytes) {
        Life known = lives.present();
        return new Read(topic, known == null ? Position.NONE : known.tail().position, maxBytes, false);
    }

    /// What remains to be done once the lock has been left.
    private record News(boolean fill, long bytes, List<TopicCursor> woken) {}

    private News takeNews() {
        trim();
        return new News(filling, countBytes(), takeWaiting());
    }

    private void act(News news) {
        engine.budget().changed(news.bytes);
        for (TopicCursor cursor : news.woken) {
            cursor.wake();
        }
        if (news.fill) {
            filler.ask();
        }
    }

    private void fill() {
        Read read = next(PAGE_BYTES);
        engine.read(read).whenComplete((view, failure) -> {
            if (failure == null) {
                filled(view, read.after());
            } else if (!isDiscarded()) {
                engine.retryLater(filler::ask);
            }
        });
    }

    private synchronized boolean isDiscarded() {
        return discarded;
    }

    /// Takes what a read saw, which began when the window stood at `asked`.
    void filled(TopicView view, Position asked) {
        News news;
        synchronized (this) {
            if (discarded) {
                return;
            }
            boolean complete = lives.settle(view, asked);
            filling = stale || !complete;
            stale = false;
            news = takeNews();
        }
        act(news);
    }

    /// Goes on without the answer of a read that has failed. What was not taken in meanwhile is asked for.
    void notFilled() {
        News news;
        synchronized (this) {
            if (discarded) {
                return;
            }
            filling = stale;
            stale = false;
            news = takeNews();
        }
        act(news);
    }

    private List<TopicCursor> takeWaiting() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<TopicCursor> taken = new ArrayList<>(waiting);
        waiting.clear();
        return taken;
    }

    /// Has the cursor woken at the next news, unless it turns out, now that none can slip in, that there is some.
    synchronized boolean await(TopicCursor cursor) {
        if (cursor.hasNews(filling)) {
            return false;
        }
        waiting.add(cursor);
        return true;
    }

    /// Tells whether a poll of the cursor would find something.
    synchronized boolean hasNews(TopicCursor cursor) {
        return cursor.hasNews(filling);
    }

    /// Wakes one cursor if it waits.
    void wake(TopicCursor cursor) {
        boolean waited;
        synchronized (this) {
            waited = waiting.remove(cursor);
        }
        if (waited) {
            cursor.wake();
        }
    }

    /// Learns from a read that a cursor has made: it may have seen more than this window.
    void compare(TopicView view) {
        if (view.head() != null) {
            advanced(view.head(), view.events());
        } else if (lives.present() != null) {
            resync();
        }
    }

    /// Forgets a cursor that is closed.
    synchronized void forget(TopicCursor cursor) {
        waiting.remove(cursor);
    }

    /// Wakes all, for a broadcaster that closes.
    void wakeAll() {
        List<TopicCursor> woken;
        synchronized (this) {
            woken = takeWaiting();
        }
        woken.forEach(TopicCursor::wake);
    }

    /// Gives back what the budget counts, for a window that nobody uses any more.
    void discard() {
        long change;
        synchronized (this) {
            discarded = true;
            lives.clear();
            change = countBytes();
        }
        engine.budget().changed(change);
    }

    /// Tells whether the window will move on by itself: a read is under way.
    synchronized boolean isFilling() {
        return filling;
    }

    /// Finds the place in the chain where `position` is the last event consumed.
    synchronized @Nullable Place locate(Position position) {
        return lives.locate(position);
    }

    /// Finds the newest place in the chain.
    synchronized Place tip() {
        return lives.tip();
    }

    /// @param life the life that the node belongs to
    record Place(Life life, Node node) {}

    /// Lets go of the older half of the events, because all windows together hold too much.
    void halve() {
        long change;
        synchronized (this) {
            Life now = lives.present();
            if (now == null) {
                return;
            }
            int keep = now.events() / 2;
            while (now.events() > keep) {
                now.dropOldest();
            }
            change = countBytes();
        }
        engine.budget().changed(change);
    }

    private void trim() {
        Life now = lives.present();
        while (now != null && now.events() > 1 && (now.events() > MAX_EVENTS || now.bytes() > MAX_BYTES)) {
            now.dropOldest();
        }
    }

    /// Returns by how many bytes the window has grown since the last count.
    private long countBytes() {
        Life now = lives.present();
        long bytes = now == null ? 0 : now.bytes();
        long change = bytes - counted;
        counted = bytes;
        return change;
    }
}
