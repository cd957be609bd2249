package dev.fanfare.jobs;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.InvalidValueException;
import dev.fanfare.RefusedException;
import dev.fanfare.spi.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A worker's side of a job: counts its steps, and lets watchers know.
///
/// {@snippet class="dev.fanfare.jobs.JobSnippetsTest" region="worker" }
///
/// A step costs nanoseconds and never waits. At most 20 updates a second leave; the newest values leave within 50 ms.
/// While the backend is away they are kept and tried again every second. A backend that has forgotten the job is told
/// of it again with the next update.
///
/// The progress is the larger of what [#at(double)] said and of steps done by steps in total; unknown as long as
/// neither is known. It never goes back.
///
/// `complete`, `fail` and `cancel` end the job with the newest values and wait until that is stored, five seconds at
/// most: then they throw [BackendUnavailableException], and the end is tried again in the background for a quarter of
/// an hour. When the job has an end already, whoever gave it, they do nothing but return it.
///
/// Threads: safe; several may work on one job. Updates leave on the clock's thread and on those of the backend.
public final class Progress implements AutoCloseable {
    private final int attempt;
    private final JobReporter reporter;
    private final AtomicLong done = new AtomicLong();
    private volatile long total;
    private volatile double at = Double.NaN;
    private volatile @Nullable String message;

    Progress(Jobs jobs, Clock clock, JobUpdate begun, long total) {
        this.attempt = begun.attempt();
        this.total = total;
        this.reporter = new JobReporter(jobs, clock, begun, this::values);
    }

    static long requireTotal(long steps) {
        if (steps < 0) {
            throw new IllegalArgumentException(
                    "total must not be negative: " + steps + "; 0 says that it is not known");
        }
        return steps;
    }

    /// Counts one step.
    public void step() {
        done.getAndIncrement();
        reporter.stir();
    }

    /// Counts one step, and says what it was.
    public void step(String what) {
        message = what;
        step();
    }

    /// Counts several steps.
    public void advance(long steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("a job cannot advance by " + steps + " steps");
        }
        done.getAndAdd(steps);
        reporter.stir();
    }

    /// Sets how many steps there are; 0 when that is not known.
    public void total(long steps) {
        total = requireTotal(steps);
        reporter.stir();
    }

    /// Says what the job is at. What is longer than a job's text may be is cut.
    public void message(String text) {
        message = text;
        reporter.stir();
    }

    /// Says how far the job is.
    ///
    /// @param progress 0 to 1
    /// @throws InvalidValueException `bad_progress` if it is not
    public void at(double progress) {
        at = JobState.requireProgress(progress);
        reporter.stir();
    }

    /// Tells whether the job is over, perhaps by somebody else: then there is no use in going on.
    public boolean isEnded() {
        return reporter.isOver();
    }

    /// Ends the job as complete, at 1.
    ///
    /// @return the job's last update: another one if somebody has ended the job before
    /// @throws BackendUnavailableException if this could not be stored yet
    /// @throws StaleAttemptException if a later attempt has begun
    public JobUpdate complete() {
        return reporter.end(text().as(JobStatus.COMPLETE));
    }

    /// Ends the job as complete, with what came of it.
    ///
    /// @param results a JSON value
    /// @throws RefusedException `body_too_large`; then the job goes on
    public JobUpdate complete(String results) {
        return reporter.end(text().as(JobStatus.COMPLETE).results(results));
    }

    /// Ends the job as failed; watchers read `error`, cut if need be.
    public JobUpdate fail(String error) {
        return reporter.end(values().as(JobStatus.FAILED).error(JobText.fit(error)));
    }

    /// Ends the job as failed; watchers read the kind and the message of the failure, no more.
    public JobUpdate fail(Throwable failure) {
        return fail(JobText.of(failure));
    }

    /// Ends the job as cancelled.
    public JobUpdate cancel() {
        return reporter.end(values().as(JobStatus.CANCELLED));
    }

    /// Ends the job as failed, unless it has been ended.
    @Override
    public void close() {
        if (reporter.isEnding()) {
            return;
        }
        try {
            fail("the work stopped before it was complete");
        } catch (StaleAttemptException superseded) {
            // A later attempt is under way, so this one has its end.
        }
    }

    /// Fails the job without hiding `failure` behind one of its own.
    void failBecause(Throwable failure) {
        try {
            fail(failure);
        } catch (RuntimeException second) {
            failure.addSuppressed(second);
        }
    }

    private JobChange values() {
        double progress = progress();
        return Double.isNaN(progress) ? text().progressUnknown() : text().at(progress);
    }

    private JobChange text() {
        JobChange change = JobChange.none().attempt(attempt);
        String said = message;
        return said == null ? change : change.message(JobText.fit(said));
    }

    private double progress() {
        long steps = total;
        if (steps == 0) {
            return at;
        }
        double counted = Math.min(1, (double) done.get() / steps);
        return Double.isNaN(at) ? counted : Math.max(at, counted);
    }
}
