package dev.fanfare;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/// Calls a reader with all that a subscription gives.
///
/// Threads: safe; the subscription is read, and the reader called, by one run of the task at a time.
final class CallbackReader<T> {
    private final Subscription<T> subscription;
    private final Consumer<? super T> reader;
    private final SerialTask task;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    CallbackReader(Subscription<T> subscription, Executor executor, Consumer<? super T> reader) {
        this.subscription = subscription;
        this.reader = reader;
        this.task = new SerialTask(executor, this::readAll);
    }

    CompletionStage<Void> done() {
        return done.minimalCompletionStage();
    }

    /// An executor that takes nothing more ends the reading.
    void wake() {
        try {
            task.ask();
        } catch (RejectedExecutionException over) {
            end(over);
        }
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
            end(failure);
        }
    }

    private void end(Throwable failure) {
        done.completeExceptionally(failure);
        subscription.close();
    }
}
