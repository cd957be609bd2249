package dev.fanfare.contract;

import dev.fanfare.spi.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// A clock that stands still until a test moves it.
///
/// Its count of nanoseconds starts one second before it overflows, so that whoever compares two readings with `<` is
/// found out.
///
/// Threads: safe; tasks run on the thread that calls [#advance], outside of any lock.
public final class ManualClock implements Clock {
    private static final Instant BEGINNING = Instant.parse("2026-11-21T10:00:00Z");
    private static final long FIRST_NANOS =
            Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::number));
    private long elapsedNanos;
    private long scheduledSoFar;
    private Duration wallShift = Duration.ZERO;

    @Override
    public synchronized Instant now() {
        return BEGINNING.plusNanos(elapsedNanos).plus(wallShift);
    }

    @Override
    public synchronized long nanoTime() {
        return FIRST_NANOS + elapsedNanos;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
        Task added = new Task(elapsedNanos + Math.max(delay.toNanos(), 0), scheduledSoFar++, task);
        tasks.add(added);
        return () -> cancel(added);
    }

    /// Lets time pass. Tasks that come due run in the order of their times, each at its own, also those that another
    /// task has only just scheduled.
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException(
                    "time does not run backwards: " + time + "; shiftWall can set the date back");
        }
        long target = nanosAfter(time);
        for (Task due = nextUntil(target); due != null; due = nextUntil(target)) {
            due.task.run();
        }
        arrive(target);
    }

    /// Sets the wall clock forward or back, as a person or a time server does; the count of nanoseconds goes on.
    public synchronized void shiftWall(Duration by) {
        wallShift = wallShift.plus(by);
    }

    /// Returns how many tasks wait for their time.
    public synchronized int scheduled() {
        return tasks.size();
    }

    private synchronized long nanosAfter(Duration time) {
        return elapsedNanos + time.toNanos();
    }

    private synchronized @Nullable Task nextUntil(long target) {
        Task next = tasks.peek();
        if (next == null || next.dueNanos > target) {
            return null;
        }
        arrive(next.dueNanos);
        return tasks.remove();
    }

    private synchronized void arrive(long nanos) {
        elapsedNanos = Math.max(elapsedNanos, nanos);
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    /// @param number tells tasks of the same time in the order of their scheduling
    private record Task(long dueNanos, long number, Runnable task) {}
}
