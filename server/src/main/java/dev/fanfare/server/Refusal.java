package dev.fanfare.server;

import dev.fanfare.BroadcastException;
import dev.fanfare.InvalidValueException;
import dev.fanfare.jobs.JobEndedException;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import java.util.Set;
import java.util.concurrent.CompletionException;

/// Why a request cannot be served, as its sender is told. Thrown on the way in, and never logged.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final System.Logger LOG = System.getLogger(Refusal.class.getName());

    private final Code code;
    private final transient Bytes state;
    private final String headers;

    Refusal(Code code, String detail) {
        this(code, detail, Bytes.EMPTY, "");
    }

    private Refusal(Code code, String detail, Bytes state, String headers) {
        super(detail, null, false, false);
        this.code = code;
        this.state = state;
        this.headers = headers;
    }

    /// @param allowed the methods that the path takes
    static Refusal ofMethod(String method, Set<String> allowed) {
        String methods = String.join(", ", allowed);
        return new Refusal(
                Code.METHOD_NOT_ALLOWED,
                "this path takes " + methods + ", not " + Quote.of(method),
                Bytes.EMPTY,
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
        if (failure instanceof JobEndedException ended) {
            return new Refusal(Code.JOB_ENDED, detail(ended), ended.last().json(), "");
        }
        if (failure instanceof BroadcastException known) {
            return new Refusal(Code.of(known.code()), detail(known));
        }
        LOG.log(System.Logger.Level.ERROR, () -> "a request failed in a way that nobody foresaw", failure);
        return new Refusal(Code.INTERNAL, "the hub failed; its log says how");
    }

    Code code() {
        return code;
    }

    String detail() {
        return detail(this);
    }

    /// Returns what the caller should know instead, a JSON object: the final state of a job; empty for nothing.
    Bytes state() {
        return state;
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
