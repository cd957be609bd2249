package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPattern;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A reader for tests, as strict as a reader can be.
///
/// It polls its cursor only at the beginning, after deliveries, and when it has been woken: a lost wake-up shows as
/// missing deliveries. Closing it fails if there is a delivery that the test has not looked at.
///
/// Threads: one thread at a time, that of the test; its wake may run on any.
public final class RecordingSubscriber implements AutoCloseable {
    private static final int MAX_BYTES = 1 << 20;

    private final Object monitor = new Object();
    private final Queue<Delivery> unread = new ArrayDeque<>();
    private final Cursor cursor;
    private boolean awake = true; // guarded by monitor

    private RecordingSubscriber(Function<Runnable, Cursor> opening) {
        cursor = opening.apply(this::wake);
    }

    /// Subscribes to a topic, or to all whose names match a pattern.
    public static RecordingSubscriber of(App app, String pattern, StartAt startAt) {
        return of(app, Selection.of(TopicPattern.of(pattern), startAt));
    }

    public static RecordingSubscriber of(App app, Selection selection) {
        return new RecordingSubscriber(wake -> Await.result(app.open(selection, wake)));
    }

    /// Returns a second subscriber that stands where the cursor of this one does.
    public RecordingSubscriber fork() {
        return new RecordingSubscriber(cursor::fork);
    }

    public Cursor cursor() {
        return cursor;
    }

    private void wake() {
        synchronized (monitor) {
            awake = true;
            monitor.notifyAll();
        }
    }

    private boolean takeAwake() {
        synchronized (monitor) {
            boolean was = awake;
            awake = false;
            return was;
        }
    }

    /// Polls once if there may be something, and returns what came. Never waits.
    public List<Delivery> poll(int maxBytes) {
        while (takeAwake()) {
            List<Delivery> deliveries = cursor.poll(maxBytes);
            if (!deliveries.isEmpty()) {
                wake();
                return deliveries;
            }
        }
        return List.of();
    }

    /// Returns all that is ready, in polls of `maxBytes`. Never waits.
    public List<Delivery> ready(int maxBytes) {
        List<Delivery> all = new ArrayList<>(unread);
        unread.clear();
        for (List<Delivery> some = poll(maxBytes); !some.isEmpty(); some = poll(maxBytes)) {
            all.addAll(some);
        }
        return all;
    }

    public List<Delivery> ready() {
        return ready(MAX_BYTES);
    }

    /// Waits for the next delivery.
    public Delivery next() {
        while (unread.isEmpty()) {
            unread.addAll(poll(MAX_BYTES));
            if (unread.isEmpty()) {
                Await.until(monitor, () -> awake, "a delivery after " + cursor.position());
            }
        }
        return unread.remove();
    }

    /// Waits for the next delivery, which must be an event.
    public Received event() {
        return next(Received.class);
    }

    public Delivery.Gap gap() {
        return next(Delivery.Gap.class);
    }

    public Delivery.Ended end() {
        return next(Delivery.Ended.class);
    }

    private <T extends Delivery> T next(Class<T> kind) {
        Delivery next = next();
        assertThat(next).isInstanceOf(kind);
        return kind.cast(next);
    }

    /// Waits for `count` events and returns their messages.
    public List<String> messages(int count) {
        return IntStream.range(0, count).mapToObj(i -> event().message()).toList();
    }

    /// Checks that nothing is ready.
    public void expectNothing() {
        assertThat(ready()).as("deliveries that are ready").isEmpty();
    }

    public String position() {
        return cursor.position();
    }

    public boolean isEnded() {
        return cursor.isEnded();
    }

    /// Closes the cursor; fails if a delivery is unread.
    @Override
    public void close() {
        List<Delivery> forgotten = ready();
        cursor.close();
        assertThat(forgotten).as("deliveries that the test has not looked at").isEmpty();
    }
}
