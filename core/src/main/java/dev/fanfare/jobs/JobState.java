package dev.fanfare.jobs;

import dev.fanfare.InvalidValueException;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.Json;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// A job as one moment saw it: all that a watcher needs to show it.
///
/// @param progress 0 to 1; empty when unknown
/// @param message what the job is at, a line of text; null for none
/// @param results what came of it: JSON, minified; null for none
/// @param error why it failed; null for none
/// @param attempt 1, 2, 3…: which try at the job this is
public record JobState(
        JobStatus status,
        OptionalDouble progress,
        @Nullable String message,
        @Nullable Bytes results,
        @Nullable String error,
        int attempt) {
    private static final Bytes NULL = Bytes.utf8("null");

    public JobState {
        if (progress.isPresent()) {
            progress = OptionalDouble.of(requireProgress(progress.getAsDouble()));
        }
        message = message == null ? null : JobText.require("message", message);
        results = results == null ? null : requireResults(results);
        error = error == null ? null : JobText.require("error", error);
        requireAttempt(attempt);
    }

    /// Returns the state from which an attempt's first change starts.
    static JobState fresh(JobStatus status, OptionalDouble progress, int attempt) {
        return new JobState(status, progress, null, null, null, attempt);
    }

    /// Reads the form that [#json()] writes.
    ///
    /// @throws InvalidValueException if the bytes are not a whole state
    public static JobState parse(Bytes json) {
        return JobJson.readState(json);
    }

    /// Returns the message that a job's topic holds:
    /// `{"status":…,"progress":…,"message":…,"results":…,"error":…,"attempt":…}`.
    public Bytes json() {
        return JobJson.write(this);
    }

    static double requireProgress(double progress) {
        if (!(progress >= 0 && progress <= 1)) { // also refuses NaN
            throw new InvalidValueException(
                    "bad_progress", "progress must be 0 to 1, or null when unknown, not " + progress);
        }
        return progress + 0.0; // makes 0 of -0
    }

    /// Returns the JSON minified; null for JSON's own null, which is how results are absent.
    static @Nullable Bytes requireResults(Bytes results) {
        Bytes minified = Json.minify(results);
        return minified.equals(NULL) ? null : minified;
    }

    static int requireAttempt(int attempt) {
        if (attempt < 1) {
            throw new InvalidValueException("bad_parameter", "attempt counts from 1, it cannot be " + attempt);
        }
        return attempt;
    }
}
