package dev.fanfare.client;

import dev.fanfare.BroadcastException;
import dev.fanfare.InvalidValueException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Turns the refusal that says that something is not there into an empty answer.
final class Absent {
    private Absent() {}

    static <T> CompletionStage<Optional<T>> when(String code, CompletionStage<T> asked) {
        return asked.thenApply(Optional::of).exceptionallyCompose(failure -> {
            Throwable cause = HubCalls.unwrap(failure);
            return code.equals(code(cause))
                    ? CompletableFuture.completedStage(Optional.empty())
                    : CompletableFuture.failedStage(cause);
        });
    }

    private static String code(Throwable failure) {
        if (failure instanceof BroadcastException known) {
            return known.code();
        }
        return failure instanceof InvalidValueException invalid ? invalid.code() : "";
    }
}
