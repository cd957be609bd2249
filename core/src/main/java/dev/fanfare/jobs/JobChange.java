package dev.fanfare.jobs;

import dev.fanfare.InvalidValueException;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Names;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A partial update of a job: what it does not name keeps its value, what it names as null is cleared.
///
/// {@snippet :
/// jobs.update("import-42", JobChange.progress(0.5).message("half"));
/// }
///
/// Threads: immutable; each method returns a changed copy.
public final class JobChange {
    private static final JobChange NONE = new JobChange(new EnumMap<>(JobField.class), null, false, null);
    private static final Set<JobField> PLAIN = EnumSet.of(JobField.PROGRESS, JobField.MESSAGE, JobField.ATTEMPT);

    private final Map<JobField, @Nullable Object> fields;
    private final @Nullable String idempotencyKey;
    private final boolean existingOnly;
    private final @Nullable JobUpdate known;

    private JobChange(
            Map<JobField, @Nullable Object> fields,
            @Nullable String idempotencyKey,
            boolean existingOnly,
            @Nullable JobUpdate known) {
        this.fields = fields;
        this.idempotencyKey = idempotencyKey;
        this.existingOnly = existingOnly;
        this.known = known;
    }

    /// Returns the change that names nothing; it makes a new job pending.
    public static JobChange none() {
        return NONE;
    }

    public static JobChange progress(double progress) {
        return NONE.at(progress);
    }

    public static JobChange status(JobStatus status) {
        return NONE.as(status);
    }

    /// Reads the JSON object that a publisher posts.
    ///
    /// @throws InvalidValueException `bad_json`, `bad_utf8`, `bad_status`, `bad_progress`, `bad_parameter`, or
    ///     `unknown_field` for a field that no job has
    public static JobChange parse(Bytes json) {
        return JobJson.readChange(json);
    }

    public JobChange as(JobStatus status) {
        return with(JobField.STATUS, status);
    }

    /// Says how far the job is.
    ///
    /// @param progress 0 to 1; within an attempt a lower value than the job's leaves the job's as it is
    public JobChange at(double progress) {
        return with(JobField.PROGRESS, JobState.requireProgress(progress));
    }

    /// Makes the progress unknown; any value may follow.
    public JobChange progressUnknown() {
        return with(JobField.PROGRESS, null);
    }

    public JobChange message(@Nullable String message) {
        return with(JobField.MESSAGE, message == null ? null : JobText.require("message", message));
    }

    /// Says what came of the job.
    ///
    /// @param json a JSON value; null for nothing
    public JobChange results(@Nullable String json) {
        return results(json == null ? null : Bytes.utf8(json));
    }

    /// Says what came of the job.
    ///
    /// @param json a JSON value in UTF-8; null for nothing
    public JobChange results(@Nullable Bytes json) {
        return with(JobField.RESULTS, json == null ? null : JobState.requireResults(json));
    }

    public JobChange error(@Nullable String error) {
        return with(JobField.ERROR, error == null ? null : JobText.require("error", error));
    }

    /// Names the attempt that this belongs to, so that a change from an earlier one is refused. The number after an
    /// attempt that has ended begins a new one.
    public JobChange attempt(int attempt) {
        return with(JobField.ATTEMPT, JobState.requireAttempt(attempt));
    }

    /// A repeated change with the same key is stored once.
    public JobChange idempotencyKey(String key) {
        return new JobChange(fields, Names.requireLine("bad_parameter", "idempotency key", key), existingOnly, known);
    }

    /// The change is refused with an [UnknownJobException] rather than make a new job.
    public JobChange existingOnly() {
        return new JobChange(fields, idempotencyKey, true, known);
    }

    /// Spares a read: `update` is likely to be the job's last.
    JobChange knowing(JobUpdate update) {
        return new JobChange(fields, idempotencyKey, existingOnly, update);
    }

    public Optional<String> key() {
        return Optional.ofNullable(idempotencyKey);
    }

    public boolean isExistingOnly() {
        return existingOnly;
    }

    /// Returns the JSON object that names what this names; the idempotency key travels beside it.
    public Bytes json() {
        return JobJson.write(this);
    }

    Optional<JobUpdate> known() {
        return Optional.ofNullable(known);
    }

    boolean has(JobField field) {
        return fields.containsKey(field);
    }

    @Nullable
    Object get(JobField field) {
        return fields.get(field);
    }

    OptionalInt attempt() {
        return get(JobField.ATTEMPT) instanceof Integer attempt ? OptionalInt.of(attempt) : OptionalInt.empty();
    }

    /// Tells whether this is mere progress, of which only the newest matters.
    boolean isPlain() {
        return PLAIN.containsAll(fields.keySet());
    }

    JobChange with(JobField field, @Nullable Object value) {
        Map<JobField, @Nullable Object> more = new EnumMap<>(JobField.class);
        more.putAll(fields);
        more.put(field, value);
        return new JobChange(Collections.unmodifiableMap(more), idempotencyKey, existingOnly, known);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JobChange change
                && fields.equals(change.fields)
                && existingOnly == change.existingOnly
                && Objects.equals(idempotencyKey, change.idempotencyKey);
    }

    @Override
    public int hashCode() {
        return Objects.hash(fields, existingOnly, idempotencyKey);
    }

    /// Tells what is named: payloads do not belong in logs.
    @Override
    public String toString() {
        return "JobChange" + fields.keySet();
    }
}
