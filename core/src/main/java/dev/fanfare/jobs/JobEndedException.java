package dev.fanfare.jobs;

import dev.fanfare.BroadcastException;
import dev.fanfare.spi.Quote;

/// The job has ended, and nothing overwrites its end: nothing was changed.
public final class JobEndedException extends BroadcastException {
    private static final long serialVersionUID = 1;

    private final transient JobUpdate last;

    /// @param last the update that ended the job
    public JobEndedException(JobUpdate last) {
        super(
                "job_ended",
                "job " + Quote.of(last.jobId()) + " has ended in its attempt " + last.attempt() + " with status "
                        + last.status().wireName() + "; to run it again, begin attempt " + (last.attempt() + 1));
        this.last = last;
    }

    /// Returns the update that ended the job.
    public JobUpdate last() {
        return last;
    }
}
