package dev.fanfare.server;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.BroadcastException;
import dev.fanfare.InvalidValueException;
import dev.fanfare.TopicClosedException;
import dev.fanfare.jobs.JobEndedException;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.jobs.StaleAttemptException;
import dev.fanfare.spi.Quote;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/// Why a request cannot be served, as its sender is told. Thrown on the way in, and never logged.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final System.Logger LOG = System.getLogger(Refusal.class.getName());

    private final Code code;
    private final transient Consumer<JsonGenerator> facts;
    private final String headers;

    Refusal(Code code, String detail) {
        this(code, detail, json -> {}, "");
    }

    private Refusal(Code code, String detail, Consumer<JsonGenerator> facts, String headers) {
        super(detail, null, false, false);
        this.code = code;
        this.facts = facts;
        this.headers = headers;
    }

    /// @param allowed the methods that the path takes
    static Refusal ofMethod(String method, Set<String> allowed) {
        String methods = String.join(", ", allowed);
        return new Refusal(
                Code.METHOD_NOT_ALLOWED,
                "this path takes " + methods + ", not " + Quote.of(method),
                json -> {},
                "Allow: " + methods + "\r\n");
    }

    /// Turns whatever went wrong into what the peer may know of it: of the unexpected, nothing.
    static Refusal of(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return of(failure.getCause());
        }
        if (failure instanceof Refusal refusal) {
            return refusal;
        }
        if (failure instanceof InvalidValueException invalid) {
            return new Refusal(Code.of(invalid.code()), detail(invalid));
        }
        if (failure instanceof BroadcastException known) {
            return new Refusal(Code.of(known.code()), detail(known), facts(known), "");
        }
        LOG.log(System.Logger.Level.ERROR, () -> "a request failed in a way that nobody foresaw", failure);
        return new Refusal(Code.INTERNAL, "the hub failed; its log says how");
    }

    /// Returns what the caller should know instead.
    private static Consumer<JsonGenerator> facts(BroadcastException failure) {
        if (failure instanceof JobEndedException ended) {
            return json -> writeState(json, ended.last());
        }
        if (failure instanceof StaleAttemptException stale) {
            return json -> writeState(json, stale.now());
        }
        if (failure instanceof TopicClosedException closed) {
            return json -> {
                json.writeStringProperty("reason", closed.reason().text());
                json.writeStringProperty("position", closed.position().toString());
            };
        }
        if (failure instanceof BackendUnavailableException away) {
            return json -> json.writeBooleanProperty("may_be_stored", away.mayBeStored());
        }
        return json -> {};
    }

    private static void writeState(JsonGenerator json, JobUpdate state) {
        json.writeName("state");
        json.writeRawValue(state.json().utf8());
    }

    Code code() {
        return code;
    }

    String detail() {
        return detail(this);
    }

    /// Writes what the caller should know instead, beside code and detail: the same everywhere.
    void writeFacts(JsonGenerator json) {
        facts.accept(json);
    }

    /// Returns header lines that belong to the answer.
    String headers() {
        return headers;
    }

    private static String detail(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? "" : message;
    }
}
