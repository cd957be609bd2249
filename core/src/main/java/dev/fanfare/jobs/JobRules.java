package dev.fanfare.jobs;

import dev.fanfare.InvalidValueException;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// What a change does to a job, as a pure function.
///
/// Merge. What a change does not name keeps its value. A status that it names is taken. A change that speaks of
/// progress makes a pending job processing, unless it names a status. Progress never goes back: a lower value leaves
/// the job's as it is, so that updates which overtook each other do no harm; a worker that does start over says null
/// first. A job that becomes complete, and says nothing of progress, is at 1.
///
/// End. A terminal status is final. To say the same again is a duplicate and changes nothing; anything else is
/// refused.
///
/// Attempts. Only the number after an attempt that has ended begins a new one: empty, processing, at 0. A change that
/// names an earlier attempt is refused, so that a worker that was given up cannot disturb its successor. A job that
/// is not known begins with the attempt that its first change names: its store may have forgotten the ones before.
final class JobRules {
    private JobRules() {}

    /// Returns the state after the change; the same as before when that ends the job a second time in the same way.
    ///
    /// @param now the job's last update; null for a job that is not known
    /// @throws JobEndedException if the job has ended, and differently
    /// @throws StaleAttemptException if the change belongs to an earlier attempt
    /// @throws InvalidValueException if the change names an attempt that cannot come yet
    static JobState apply(@Nullable JobUpdate now, JobChange change) {
        if (now == null) {
            return merge(unknown(change.attempt().orElse(1)), change);
        }
        int attempt = now.attempt();
        int named = change.attempt().orElse(attempt);
        if (named < attempt) {
            throw new StaleAttemptException(now, named);
        }
        if (named > attempt) {
            return merge(next(now, named), change);
        }
        return now.isEnded() ? repeated(now, change) : merge(now.state(), change);
    }

    private static JobState unknown(int attempt) {
        return JobState.fresh(JobStatus.PENDING, OptionalDouble.empty(), attempt);
    }

    /// Returns the state in which the attempt after the one that ended begins.
    static JobState next(JobUpdate ended, int named) {
        if (!ended.isEnded() || named != ended.attempt() + 1) {
            throw new InvalidValueException(
                    "bad_parameter",
                    "attempt " + named + " of job " + Quote.of(ended.jobId()) + " cannot begin: attempt "
                            + ended.attempt() + " is " + ended.status().wireName()
                            + "; the next begins once it has ended");
        }
        return JobState.fresh(JobStatus.PROCESSING, OptionalDouble.of(0), named);
    }

    private static JobState repeated(JobUpdate last, JobChange change) {
        JobState state = last.state();
        if (change.get(JobField.STATUS) != state.status()
                || !merge(state, change).equals(state)) {
            throw new JobEndedException(last);
        }
        return state;
    }

    private static JobState merge(JobState now, JobChange change) {
        JobStatus status = status(now, change);
        return new JobState(
                status,
                progress(now, change, status),
                change.has(JobField.MESSAGE) ? (String) change.get(JobField.MESSAGE) : now.message(),
                change.has(JobField.RESULTS) ? (Bytes) change.get(JobField.RESULTS) : now.results(),
                change.has(JobField.ERROR) ? (String) change.get(JobField.ERROR) : now.error(),
                now.attempt());
    }

    private static JobStatus status(JobState now, JobChange change) {
        if (change.get(JobField.STATUS) instanceof JobStatus named) {
            return named;
        }
        boolean begins = now.status() == JobStatus.PENDING && change.has(JobField.PROGRESS);
        return begins ? JobStatus.PROCESSING : now.status();
    }

    private static OptionalDouble progress(JobState now, JobChange change, JobStatus status) {
        if (change.get(JobField.PROGRESS) instanceof Double named) {
            return OptionalDouble.of(Math.max(named, now.progress().orElse(0)));
        }
        if (change.has(JobField.PROGRESS)) {
            return OptionalDouble.empty();
        }
        boolean completes = status == JobStatus.COMPLETE && now.status() != JobStatus.COMPLETE;
        return completes ? OptionalDouble.of(1) : now.progress();
    }
}
