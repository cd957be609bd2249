package dev.fanfare.jobs;

import dev.fanfare.spi.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/// A clock that stands still until a test moves it; its count of nanoseconds overflows one second after the beginning.
///
/// Threads: safe; tasks run on the thread that calls `advance`, outside of the lock.
final class StillClock implements Clock {
    private static final Instant BEGINNING = Instant.parse("2026-11-21T10:00:00Z");
    private static final long FIRST_NANOS =
            Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::number));
    private long elapsed;
    private long number;

    @Override
    public synchronized Instant now() {
        return BEGINNING.plusNanos(elapsed);
    }

    @Override
    public synchronized long nanoTime() {
        return FIRST_NANOS + elapsed;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable work) {
        Task task = new Task(elapsed + delay.toNanos(), number++, work);
        tasks.add(task);
        return () -> cancel(task);
    }

    void advance(Duration time) {
        long target = elapsedAfter(time);
        for (Task task = next(target); task != null; task = next(target)) {
            task.work.run();
        }
        arriveAt(target);
    }

    private synchronized long elapsedAfter(Duration time) {
        return elapsed + time.toNanos();
    }

    private synchronized Task next(long target) {
        if (tasks.isEmpty() || tasks.element().due > target) {
            return null;
        }
        arriveAt(tasks.element().due);
        return tasks.remove();
    }

    private synchronized void arriveAt(long target) {
        elapsed = Math.max(elapsed, target);
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    private record Task(long due, long number, Runnable work) {}
}
