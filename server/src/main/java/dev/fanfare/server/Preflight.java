package dev.fanfare.server;

import java.util.Set;

/// What a browser asks before a page of another origin may write: the gate has let the page in already.
final class Preflight {
    private static final String HEADERS =
            "Content-Type, Last-Event-ID, Idempotency-Key, Fanfare-Event, Fanfare-Snapshot, Fanfare-Conflate, Fanfare-Close";

    private Preflight() {}

    static Answer answer(Set<String> methods) {
        String allowed = String.join(", ", methods);
        return Answer.empty(204)
                .with("Allow", allowed)
                .with("Access-Control-Allow-Methods", allowed)
                .with("Access-Control-Allow-Headers", HEADERS)
                .with("Access-Control-Max-Age", "600");
    }
}
