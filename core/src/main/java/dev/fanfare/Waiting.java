package dev.fanfare;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Turns an operation that goes on elsewhere into one that is waited for.
///
/// Backends answer within two seconds by their contract; the deadline here only catches one that breaks it.
final class Waiting {
    private static final int DEADLINE_SECONDS = 5;

    private Waiting() {}

    static <T> T forResult(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        try {
            return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw unchecked(failed.getCause() == null ? failed : failed.getCause());
        } catch (TimeoutException late) {
            throw new BackendUnavailableException(
                    "the backend", "waiting", "no answer after " + DEADLINE_SECONDS + " s", true);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CompletionException("interrupted while waiting; the operation may still happen", interrupted);
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return unchecked(failure.getCause());
        }
        if (failure instanceof RuntimeException known) {
            return known;
        }
        return new CompletionException(failure);
    }
}
