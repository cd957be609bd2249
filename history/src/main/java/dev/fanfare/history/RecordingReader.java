package dev.fanfare.history;

import dev.fanfare.App;
import dev.fanfare.BroadcastException;
import dev.fanfare.Delivery;
import dev.fanfare.Selection;
import dev.fanfare.Subscription;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A reader over the Java client that writes down all it is given. When its subscription is taken from it, it resumes
/// after the last delivery that it has written down.
///
/// Threads: safe; a thread of its own reads.
public final class RecordingReader implements Reading {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Supplier<App> app;
    private final Interest interest;
    private final Recorder recorder;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final Thread thread;
    private volatile @Nullable Subscription<Delivery> current;
    private volatile boolean leaving;
    private volatile boolean closed;

    /// @param app where to read, asked at each connection
    public RecordingReader(History history, String name, Supplier<App> app, Interest interest) {
        this.app = app;
        this.interest = interest;
        this.recorder = new Recorder(history, name, app.get().name());
        this.thread = new Thread(this::read, "reader " + name);
        thread.start();
    }

    @Override
    public CompletionStage<Void> begun() {
        return begun;
    }

    /// Gives the subscription back and resumes with another.
    @Override
    public void reconnect() {
        leaving = true;
        Subscription<Delivery> giveUp = current;
        if (giveUp != null) {
            giveUp.close();
        }
    }

    private void read() {
        String place = null;
        boolean over = false;
        while (!closed && !over) {
            try (Subscription<Delivery> subscription = subscribe(place)) {
                over = read(subscription);
                place = subscription.position();
                recordLeaving(over);
            } catch (BroadcastException away) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void recordLeaving(boolean over) {
        if (!over) {
            recorder.disconnected("given up by the reader");
        }
    }

    private Subscription<Delivery> subscribe(@Nullable String place) {
        Selection selection = place == null ? interest.fresh() : interest.after(place);
        Subscription<Delivery> subscription = app.get().subscribe(selection);
        recorder.connected(interest.places(subscription.position()), interest.patterns());
        leaving = false;
        current = subscription;
        begun.complete(null);
        return subscription;
    }

    /// Returns whether all that is read has ended, so that nothing will come any more.
    private boolean read(Subscription<Delivery> subscription) {
        while (!closed && !subscription.isEnded()) {
            subscription.next(LONG).ifPresent(recorder::delivered);
        }
        return !leaving;
    }

    /// Stops reading, and waits for that. What the reader has seen to its end it still stands for.
    @Override
    public void close() {
        closed = true;
        reconnect();
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
