package dev.fanfare.client;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.CloseReason;
import dev.fanfare.ConflictException;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.RefusedException;
import dev.fanfare.TopicClosedException;
import dev.fanfare.jobs.JobEndedException;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.jobs.StaleAttemptException;
import dev.fanfare.jobs.UnknownJobException;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.JsonObject;
import java.util.Set;

/// Why the hub did not do what it was asked: turned into what the library itself would throw.
///
/// @param code of the protocol
/// @param facts its members, some of which belong to its code
record Problem(String code, String detail, JsonObject facts) {
    private static final String HUB = "hub";
    private static final Set<String> REFUSALS = Set.of(
            "too_many_topics",
            "body_too_large",
            "headers_too_large",
            "too_many_connections",
            "app_full",
            "overloaded",
            "storage_full",
            "shutting_down");

    /// Reads the body of an answer whose status says that it failed.
    ///
    /// @return a problem with the code `internal` for what is none of the protocol, as a proxy may say
    static Problem read(int status, Bytes body) {
        try {
            return read(JsonObject.parse(body));
        } catch (InvalidValueException foreign) {
            return new Problem("internal", "it answered with status " + status, JsonObject.parse(Bytes.utf8("{}")));
        }
    }

    /// @throws InvalidValueException if the object is no problem
    static Problem read(JsonObject object) {
        return new Problem(object.requireText("code"), object.text("detail").orElse(""), object);
    }

    /// @param writes whether what failed may have been stored all the same
    RuntimeException exception(Subject subject, boolean writes) {
        return switch (code) {
            case "store_unavailable" -> unavailable(subject, writes && !knownNotStored());
            case "internal" -> unavailable(subject, writes);
            case "topic_closed" -> new TopicClosedException(subject.name(), reason(), position());
            case "conflict" -> new ConflictException(subject.name(), Position.NONE, position());
            case "job_ended" -> new JobEndedException(state());
            case "stale_attempt" -> new StaleAttemptException(state(), subject.attempt());
            case "unknown_job" -> new UnknownJobException(subject.name());
            default ->
                REFUSALS.contains(code) ? new RefusedException(code, detail) : new InvalidValueException(code, detail);
        };
    }

    private BackendUnavailableException unavailable(Subject subject, boolean mayBeStored) {
        return new BackendUnavailableException(HUB, subject.doing(), detail, mayBeStored);
    }

    private boolean knownNotStored() {
        return facts.has("may_be_stored") && !facts.flag("may_be_stored");
    }

    private CloseReason reason() {
        return new CloseReason(facts.requireText("reason"));
    }

    private Position position() {
        return facts.text("position").flatMap(Position::parse).orElse(Position.NONE);
    }

    private JobUpdate state() {
        return JobUpdate.parse(facts.requireRaw("state"));
    }
}
