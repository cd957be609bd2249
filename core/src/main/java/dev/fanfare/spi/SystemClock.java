package dev.fanfare.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The system's time.
///
/// Threads: safe; the executor starts its thread with the first task.
final class SystemClock implements Clock {
    static final SystemClock INSTANCE = new SystemClock();

    private static final System.Logger LOG = System.getLogger(SystemClock.class.getName());

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "fanfare-clock");
        thread.setDaemon(true);
        return thread;
    });

    private SystemClock() {
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        Future<?> future = executor.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException failure) {
            LOG.log(System.Logger.Level.ERROR, "a scheduled task failed; it will not be tried again", failure);
        }
    }
}
