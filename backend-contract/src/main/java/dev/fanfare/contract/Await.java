package dev.fanfare.contract;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/// Waits for a signal, never for a time: the deadline only ends a test that has failed.
final class Await {
    static final Duration DEADLINE = Duration.ofSeconds(20);

    private Await() {}

    /// Returns what the stage completes with.
    static <T> T result(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError("failed: " + failed.getCause(), failed.getCause());
        } catch (TimeoutException late) {
            throw new AssertionError("no answer within " + DEADLINE, late);
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    /// Returns what the stage fails with.
    static Throwable failure(CompletionStage<?> stage) {
        try {
            Object answer = stage.toCompletableFuture().get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("expected a failure, got " + answer);
        } catch (ExecutionException failed) {
            return failed.getCause() == null ? failed : failed.getCause();
        } catch (TimeoutException late) {
            throw new AssertionError("no answer within " + DEADLINE, late);
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    /// Waits until the answer is there, whatever it is.
    static void settled(CompletableFuture<?> answer) {
        result(answer.handle((answered, failure) -> true));
    }

    /// Waits until the condition holds; whatever can make it true notifies `monitor`.
    static void until(Object monitor, BooleanSupplier condition, String what) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        synchronized (monitor) {
            while (!condition.getAsBoolean()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("waited " + DEADLINE + " for " + what);
                }
                try {
                    monitor.wait(left);
                } catch (InterruptedException interrupted) {
                    throw interrupted(interrupted);
                }
            }
        }
    }

    static void signal(CountDownLatch latch) {
        try {
            if (!latch.await(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("waited " + DEADLINE + " for a signal");
            }
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    private static AssertionError interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted while waiting", cause);
    }
}
