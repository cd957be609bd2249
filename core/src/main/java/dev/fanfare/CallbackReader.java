package dev.fanfare;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Calls a reader with all that a subscription gives.
///
/// Threads: safe; whoever raises `wakes` from zero hands the reading to the executor, which goes on until it is zero
/// again.
final class CallbackReader<T> {
    private final Subscription<T> subscription;
    private final Executor executor;
    private final Consumer<? super T> reader;
    private final AtomicInteger wakes = new AtomicInteger();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    CallbackReader(Subscription<T> subscription, Executor executor, Consumer<? super T> reader) {
        this.subscription = subscription;
        this.executor = executor;
        this.reader = reader;
    }

    CompletionStage<Void> done() {
        return done.minimalCompletionStage();
    }

    void wake() {
        if (wakes.getAndIncrement() == 0) {
            executor.execute(this::read);
        }
    }

    private void read() {
        int seen;
        do {
            seen = wakes.get();
            readAll();
        } while (wakes.addAndGet(-seen) > 0);
    }

    private void readAll() {
        try {
            for (T element = subscription.take(); element != null; element = subscription.take()) {
                reader.accept(element);
            }
            if (subscription.isEnded()) {
                done.complete(null);
            }
        } catch (RuntimeException | Error failure) {
            done.completeExceptionally(failure);
            subscription.close();
        }
    }
}
