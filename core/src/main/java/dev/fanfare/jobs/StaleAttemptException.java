package dev.fanfare.jobs;

import dev.fanfare.BroadcastException;
import dev.fanfare.spi.Quote;

/// The change belongs to an attempt that a later one has replaced: nothing was changed.
public final class StaleAttemptException extends BroadcastException {
    private static final long serialVersionUID = 1;

    private final transient JobUpdate now;

    /// @param now the job's last update
    /// @param named the attempt that the change names
    public StaleAttemptException(JobUpdate now, int named) {
        super(
                "stale_attempt",
                "job " + Quote.of(now.jobId()) + " is in its attempt " + now.attempt() + ", a change from attempt "
                        + named + " comes too late; stop that attempt's work");
        this.now = now;
    }

    /// Returns the job's last update, of a later attempt.
    public JobUpdate now() {
        return now;
    }
}
