package dev.fanfare.spi;

import dev.fanfare.BackendUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Turns an operation that goes on elsewhere into one that is waited for.
///
/// Backends answer within two seconds by their contract; the deadline here only catches one that breaks it.
public final class Waiting {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private Waiting() {}

    /// Returns what the stage completes with, or throws what it fails with. For what stores nothing: to start, to read.
    ///
    /// @param doing what is waited for, as `reading topic "orders/42"`
    /// @throws BackendUnavailableException if it takes more than five seconds
    public static <T> T forResult(CompletionStage<T> stage, Supplier<String> doing) {
        return forResult(stage, doing, false, DEADLINE);
    }

    /// Does the same for what stores something: without an answer nobody knows whether it has.
    ///
    /// @param doing what is waited for, as `publishing to topic "orders/42"`
    public static <T> T forChange(CompletionStage<T> stage, Supplier<String> doing) {
        return forResult(stage, doing, true, DEADLINE);
    }

    static <T> T forResult(CompletionStage<T> stage, Supplier<String> doing, boolean stores, Duration deadline) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        try {
            return future.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw unchecked(failed.getCause() == null ? failed : failed.getCause());
        } catch (TimeoutException late) {
            throw new BackendUnavailableException(
                    "the backend", doing.get(), "no answer after " + deadline.toMillis() + " ms", stores);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CompletionException(
                    "interrupted while " + doing.get() + (stores ? "; it may happen all the same" : ""), interrupted);
        }
    }

    /// Returns what went wrong, without what the stages in between have wrapped around it.
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? cause(failure.getCause())
                : failure;
    }

    private static RuntimeException unchecked(Throwable failure) {
        Throwable cause = cause(failure);
        return cause instanceof RuntimeException known ? known : new CompletionException(cause);
    }
}
