package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.Json;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/// What a request is answered with, once.
///
/// @param headers further header lines, each ended by CR LF; empty for none
record Answer(int status, String type, Bytes body, String headers) {
    static final String JSON = "application/json";
    static final String PROBLEM = "application/problem+json";
    private static final String RETRY_AFTER = "Retry-After: 3\r\n";

    static Answer json(Bytes body) {
        return new Answer(200, JSON, body, "");
    }

    static Answer json(Consumer<JsonGenerator> body) {
        return json(Json.write(body));
    }

    static Answer text(int status, String text) {
        return new Answer(status, "text/plain; charset=utf-8", Bytes.utf8(text + "\n"), "");
    }

    static Answer empty(int status) {
        return new Answer(status, "", Bytes.EMPTY, "");
    }

    /// Says what was refused, in the form of RFC 9457.
    static Answer problem(Refusal refusal) {
        Code code = refusal.code();
        Bytes body = Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "about:blank");
            json.writeNumberProperty("status", code.status());
            json.writeStringProperty("title", code.title());
            json.writeStringProperty("detail", refusal.detail());
            json.writeStringProperty("code", code.wireName());
            refusal.writeFacts(json);
            json.writeEndObject();
        });
        return new Answer(code.status(), PROBLEM, body, refusal.headers() + (code.mayPass() ? RETRY_AFTER : ""));
    }

    /// @param value must hold nothing that a peer chose, unless it was checked
    Answer with(String header, String value) {
        return new Answer(status, type, body, headers + header + ": " + value + "\r\n");
    }
}
