package dev.fanfare;

import dev.fanfare.jobs.JobEndedException;
import dev.fanfare.jobs.StaleAttemptException;
import dev.fanfare.jobs.UnknownJobException;

/// Something could not be done. Loss and the end of a topic are not failures: they are deliveries.
public abstract sealed class BroadcastException extends RuntimeException
        permits BackendUnavailableException,
                TopicClosedException,
                ConflictException,
                RefusedException,
                JobEndedException,
                StaleAttemptException,
                UnknownJobException {
    private static final long serialVersionUID = 1;

    private final String code;

    protected BroadcastException(String code, String message) {
        super(message);
        this.code = code;
    }

    /// Returns the stable code of the protocol, as `topic_closed`.
    public String code() {
        return code;
    }
}
