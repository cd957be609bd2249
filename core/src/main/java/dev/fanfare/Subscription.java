package dev.fanfare;

import dev.fanfare.spi.Waiting;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A reader's own view of a [Cursor]: to iterate over, to ask with a timeout, or to be called by.
///
/// {@snippet class="dev.fanfare.SnippetsTest" region="iterate" }
///
/// Choose one of the forms for each subscription and stay with it.
///
/// Threads: one thread at a time may read. `close` may be called by any, and ends a wait.
///
/// @param <T> what deliveries are shown as
public final class Subscription<T> implements Iterable<T>, AutoCloseable {
    /// One delivery a poll, so that the cursor never stands ahead of what the reader has been given.
    private static final int ONE = 1;

    private final Function<Delivery, @Nullable T> view;
    private final Semaphore news = new Semaphore(0);
    private final Queue<T> ready = new ArrayDeque<>();
    private final Cursor cursor;
    private volatile Runnable onNews = news::release;
    private volatile boolean closed;

    private Subscription(App app, Selection selection, Function<Delivery, @Nullable T> view) {
        this.view = view;
        this.cursor = opened(app.open(selection, () -> onNews.run()));
    }

    private static Cursor opened(CompletionStage<Cursor> opening) {
        try {
            return Waiting.forResult(opening, () -> "subscribing");
        } catch (RuntimeException failed) {
            opening.thenAccept(Cursor::close); // nobody waits for it any more
            throw failed;
        }
    }

    /// Opens a subscription that shows each delivery as `view` says; what it turns into null is left out.
    ///
    /// @throws BackendUnavailableException if the backend is away
    public static <T> Subscription<T> open(App app, Selection selection, Function<Delivery, @Nullable T> view) {
        return new Subscription<>(app, selection, view);
    }

    /// Waits for the next element. Empty when there was none in time, or when all is over: [#isEnded()] tells.
    public Optional<T> next(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            T element = take();
            if (element != null || isEnded() || !await(deadline - System.nanoTime())) {
                return Optional.ofNullable(element);
            }
        }
    }

    /// Tells whether nothing will come any more.
    public boolean isEnded() {
        return closed || (ready.isEmpty() && cursor.isEnded());
    }

    /// Returns the place after the last element given out, for [StartAt#after(String)].
    public String position() {
        return cursor.position();
    }

    /// Returns an iterator that waits for each element and stops at the end; also when closed or interrupted.
    @Override
    public Iterator<T> iterator() {
        return new Waiter();
    }

    /// Calls `reader` with each element on the executor, one at a time and in order.
    ///
    /// @return completes at the end, or exceptionally with what `reader` threw: then the subscription is closed
    public CompletionStage<Void> onEach(Executor executor, Consumer<? super T> reader) {
        var calls = new CallbackReader<T>(this, executor, reader);
        onNews = calls::wake;
        calls.wake();
        return calls.done();
    }

    /// Returns a publisher for one subscriber, which it calls on the executor as its demand allows.
    public Flow.Publisher<T> publisher(Executor executor) {
        return new FlowReader<>(this, executor, wake -> onNews = wake);
    }

    @Override
    public void close() {
        closed = true;
        cursor.close();
        onNews.run();
    }

    /// Returns an element that is ready, without waiting; null when there is none. After that the next news wake the
    /// reader.
    @Nullable
    T take() {
        while (ready.isEmpty() && !closed) {
            var deliveries = cursor.poll(ONE);
            if (deliveries.isEmpty()) {
                return null;
            }
            for (Delivery delivery : deliveries) {
                T element = view.apply(delivery);
                if (element != null) {
                    ready.add(element);
                }
            }
        }
        return ready.poll(); // also when it has just been closed: the position is behind it
    }

    private boolean await(long nanos) {
        try {
            return news.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private final class Waiter implements Iterator<T> {
        private @Nullable T next;

        @Override
        public boolean hasNext() {
            while (next == null) {
                next = take();
                if (next == null && (isEnded() || !await(Long.MAX_VALUE))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the subscription is over");
            }
            T element = next;
            next = null;
            return Objects.requireNonNull(element);
        }
    }
}
