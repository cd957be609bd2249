package dev.fanfare.server;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Every reason for which the hub refuses something: the codes of the protocol, the same in HTTP, SSE and WebSocket.
enum Code {
    BAD_JSON(400, "Not JSON"),
    BAD_UTF8(400, "Not UTF-8"),
    BAD_APP(400, "Not an app's name"),
    BAD_TOPIC(400, "Not a topic's name"),
    BAD_JOB_ID(400, "Not a job's id"),
    BAD_EVENT_NAME(400, "Not an event's name"),
    BAD_PARAMETER(400, "A parameter or header is wrong"),
    UNKNOWN_FIELD(400, "Unknown field"),
    BAD_PROGRESS(400, "Progress out of range"),
    BAD_STATUS(400, "Not a status"),
    TOO_MANY_TOPICS(400, "Too many topics"),
    FOREIGN_ORIGIN(403, "Not from this page"),
    NOT_FOUND(404, "Not found"),
    UNKNOWN_JOB(404, "Unknown job"),
    METHOD_NOT_ALLOWED(405, "Not this method"),
    TOPIC_CLOSED(409, "The topic is closed"),
    JOB_ENDED(409, "The job has ended"),
    STALE_ATTEMPT(409, "An earlier attempt"),
    CONFLICT(409, "The topic has changed"),
    BODY_TOO_LARGE(413, "Too large"),
    MISDIRECTED_HOST(421, "Not a host of this hub"),
    TOO_MANY_CONNECTIONS(429, "Too many connections"),
    APP_FULL(429, "The app is full"),
    OVERLOADED(429, "Overloaded"),
    HEADERS_TOO_LARGE(431, "Headers or URL too large"),
    INTERNAL(500, "Internal error"),
    STORE_UNAVAILABLE(503, "The store is away"),
    SHUTTING_DOWN(503, "Shutting down"),
    STORAGE_FULL(507, "The store is full");

    private static final Map<String, Code> BY_WIRE_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Code::wireName, Function.identity()));

    private final int status;
    private final String title;
    private final String wireName = name().toLowerCase(java.util.Locale.ROOT);

    Code(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /// Returns the code of that name on the wire; `INTERNAL` for one that the protocol does not know.
    static Code of(String wireName) {
        return BY_WIRE_NAME.getOrDefault(wireName, INTERNAL);
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    String wireName() {
        return wireName;
    }

    /// Tells whether the same request may succeed a little later.
    boolean mayPass() {
        return status == 429 || status == 503;
    }
}
