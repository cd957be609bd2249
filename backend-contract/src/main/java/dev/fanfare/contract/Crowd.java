package dev.fanfare.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/// Lets many threads act at the same moment.
final class Crowd {
    private Crowd() {}

    /// Runs `act` with the numbers from 0 on, each on a thread of its own, and returns the results in that order.
    static <T> List<T> of(int size, IntFunction<T> act) {
        CyclicBarrier start = new CyclicBarrier(size);
        List<CompletableFuture<T>> members = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int number = i;
            members.add(spawn("crowd-" + number, () -> {
                start.await(Await.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
                return act.apply(number);
            }));
        }
        return members.stream().map(Await::result).toList();
    }

    /// Runs `act` on a thread of its own.
    static <T> CompletableFuture<T> spawn(String name, Callable<T> act) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(act.call());
                    } catch (Throwable failure) {
                        result.completeExceptionally(failure);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return result;
    }
}
