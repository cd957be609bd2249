package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.Json;

/// What the hub itself says on a stream, in the JSON of the protocol.
final class ControlJson {
    static final Bytes RECOVERED = Bytes.utf8("{\"type\":\"recovered\"}");
    static final Bytes DEGRADED = Bytes.utf8("{\"type\":\"degraded\",\"code\":\"store_unavailable\"}");

    private ControlJson() {}

    /// @param position of one topic or of several; its form needs no escapes
    static Bytes subscribed(String position) {
        return Bytes.utf8("{\"type\":\"subscribed\",\"position\":\"" + position + "\"}");
    }

    static Bytes refused(Refusal refusal, int retryAfterMillis) {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "refused");
            json.writeStringProperty("code", refusal.code().wireName());
            json.writeStringProperty("detail", refusal.detail());
            json.writeNumberProperty("retry_after_ms", retryAfterMillis);
            json.writeEndObject();
        });
    }

    static Bytes goodbye(int afterMillis) {
        return Bytes.utf8("{\"type\":\"goodbye\",\"after_ms\":" + afterMillis + "}");
    }
}
