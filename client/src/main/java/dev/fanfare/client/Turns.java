package dev.fanfare.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/// Has what is asked under one name wait for what was asked before it.
///
/// Threads: safe.
final class Turns {
    private final ConcurrentMap<String, CompletableFuture<?>> last = new ConcurrentHashMap<>();

    <T> CompletionStage<T> take(String name, Supplier<CompletionStage<T>> action) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<?> before = last.put(name, mine);
        if (before == null) {
            run(name, mine, action);
        } else {
            before.whenComplete((answer, failure) -> run(name, mine, action));
        }
        return mine.copy();
    }

    private <T> void run(String name, CompletableFuture<T> mine, Supplier<CompletionStage<T>> action) {
        action.get().whenComplete((answer, failure) -> {
            last.remove(name, mine);
            if (failure == null) {
                mine.complete(answer);
            } else {
                mine.completeExceptionally(HubCalls.unwrap(failure));
            }
        });
    }
}
