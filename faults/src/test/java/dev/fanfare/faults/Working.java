package dev.fanfare.faults;

import dev.fanfare.App;
import dev.fanfare.history.History;
import dev.fanfare.history.RecordingPublisher;
import dev.fanfare.history.RecordingPublisher.Outcome;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobStatus;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// A worker that does one job after the other: begins it, makes progress, ends it. Somebody else may cancel it
/// meanwhile.
///
/// Threads: safe; a thread of its own works.
final class Working implements AutoCloseable {
    /// All jobs together take most of a run of chaos.
    private static final long STEP_NANOS = Scale.chaos().toNanos() / 250;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int STEPS = 10;

    private final RecordingPublisher publisher;
    private final Queue<String> jobs;
    private final Random random;
    private final Thread thread;
    private volatile boolean stopped;

    /// @param jobs the topics of those still to be done, shared by all workers
    Working(History history, String name, Supplier<App> app, Queue<String> jobs, long seed) {
        this.publisher = new RecordingPublisher(history, name, app);
        this.jobs = jobs;
        this.random = new Random(seed);
        this.thread = new Thread(this::run, "worker " + name);
        thread.start();
    }

    private void run() {
        for (String job = jobs.poll(); job != null && !stopped; job = jobs.poll()) {
            work(job);
        }
    }

    private void work(String job) {
        boolean goesOn = tell(job, JobChange.status(JobStatus.PROCESSING).at(0), false);
        for (int step = 1; goesOn && !stopped && step <= STEPS; step++) {
            LockSupport.parkNanos(STEP_NANOS);
            goesOn = tell(job, JobChange.progress(step / (double) STEPS), true);
            if (random.nextInt(60) == 0) {
                tell(job, JobChange.status(JobStatus.CANCELLED), false);
            }
        }
        if (goesOn && !stopped) {
            tell(job, JobChange.status(random.nextBoolean() ? JobStatus.COMPLETE : JobStatus.FAILED), false);
        }
    }

    /// Tries the change with one idempotency key until it is answered; returns whether the job goes on.
    private boolean tell(String job, JobChange change, boolean plain) {
        var message = publisher.message(job);
        Outcome outcome = publisher.update(message, change, plain);
        while (!stopped && !isFinal(outcome)) {
            LockSupport.parkNanos(PAUSE_NANOS);
            outcome = publisher.update(message, change, plain);
        }
        return outcome == Outcome.ACKED;
    }

    private boolean isFinal(Outcome outcome) {
        return outcome == Outcome.ACKED || publisher.lastCode().equals("job_ended");
    }

    /// Stops where it is, and waits for that.
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
