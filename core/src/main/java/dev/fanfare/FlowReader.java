package dev.fanfare;

import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Shows a subscription as a publisher for one subscriber.
///
/// Threads: safe; the subscription is read, and the subscriber called, by one run of the task at a time.
final class FlowReader<T> implements Flow.Publisher<T>, Flow.Subscription {
    private final Subscription<T> subscription;
    private final Consumer<Runnable> onNews;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final SerialTask task;
    private final AtomicLong demand = new AtomicLong();
    private volatile Flow.@Nullable Subscriber<? super T> subscriber;
    private volatile @Nullable Throwable misuse;
    private boolean over; // confined to the reading

    FlowReader(Subscription<T> subscription, Executor executor, Consumer<Runnable> onNews) {
        this.subscription = subscription;
        this.task = new SerialTask(executor, this::readAll);
        this.onNews = onNews;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> newSubscriber) {
        if (!taken.compareAndSet(false, true)) {
            newSubscriber.onSubscribe(new Refusal());
            newSubscriber.onError(new IllegalStateException("this publisher has its one subscriber already"));
            return;
        }
        subscriber = newSubscriber;
        newSubscriber.onSubscribe(this);
        onNews.accept(this::wake);
        wake();
    }

    /// An executor that takes nothing more ends the reading, on the thread that has learned of it.
    private void wake() {
        try {
            task.ask();
        } catch (RejectedExecutionException rejected) {
            end(rejected);
        }
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            misuse = new IllegalArgumentException("demand must be positive: " + n);
        } else {
            demand.getAndAccumulate(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        }
        wake();
    }

    @Override
    public void cancel() {
        subscriber = null;
        subscription.close();
    }

    private void readAll() {
        Flow.Subscriber<? super T> to = subscriber;
        if (to == null || over) {
            return;
        }
        Throwable failure = misuse;
        try {
            if (failure == null) {
                give(to);
                return;
            }
        } catch (RuntimeException | Error thrown) {
            failure = thrown;
        }
        end(failure);
    }

    private void end(Throwable failure) {
        over = true;
        subscription.close();
        Flow.Subscriber<? super T> to = subscriber;
        if (to != null) {
            to.onError(failure);
        }
    }

    private void give(Flow.Subscriber<? super T> to) {
        while (demand.get() > 0) {
            T element = subscription.take();
            if (element == null) {
                break;
            }
            demand.getAndUpdate(d -> d == Long.MAX_VALUE ? d : d - 1);
            to.onNext(element);
        }
        if (subscriber != null && subscription.isEnded()) {
            over = true;
            to.onComplete();
        }
    }

    /// What a second subscriber is given, only to be refused.
    private static final class Refusal implements Flow.Subscription {
        @Override
        public void request(long n) {
            // nothing will ever be given
        }

        @Override
        public void cancel() {
            // nothing to give up
        }
    }
}
