package dev.fanfare.jobs;

import dev.fanfare.BroadcastException;
import dev.fanfare.spi.Quote;

/// There is no such job, and none was made.
public final class UnknownJobException extends BroadcastException {
    private static final long serialVersionUID = 1;

    private final String jobId;

    public UnknownJobException(String jobId) {
        super(
                "unknown_job",
                "there is no job " + Quote.of(jobId) + ": it has not begun, or has been forgotten; check the id");
        this.jobId = jobId;
    }

    public String jobId() {
        return jobId;
    }
}
