package dev.fanfare.jobs;

import dev.fanfare.CloseReason;
import dev.fanfare.InvalidValueException;
import dev.fanfare.spi.Quote;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// What has become of a job. The last three are terminal: they are the end of an attempt.
public enum JobStatus {
    PENDING,
    PROCESSING,
    COMPLETE,
    FAILED,
    CANCELLED;

    private static final String ALL =
            Arrays.stream(values()).map(JobStatus::wireName).collect(Collectors.joining(", "));

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /// Reads the name used on the wire.
    ///
    /// @throws InvalidValueException `bad_status` if the text is none of them
    public static JobStatus parse(String text) {
        for (JobStatus status : values()) {
            if (status.wireName.equals(text)) {
                return status;
            }
        }
        throw new InvalidValueException("bad_status", "status must be one of " + ALL + ", not " + Quote.of(text));
    }

    /// Returns the name used on the wire.
    public String wireName() {
        return wireName;
    }

    public boolean isTerminal() {
        return this == COMPLETE || this == FAILED || this == CANCELLED;
    }

    /// Returns the reason with which a job's topic closes when the job ends so.
    ///
    /// @throws IllegalStateException if the status is not terminal
    public CloseReason closeReason() {
        return switch (this) {
            case COMPLETE -> CloseReason.COMPLETE;
            case FAILED -> CloseReason.FAILED;
            case CANCELLED -> CloseReason.CANCELLED;
            case PENDING, PROCESSING -> throw new IllegalStateException("a job that is " + wireName + " has not ended");
        };
    }
}
