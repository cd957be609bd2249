package dev.fanfare.client;

import dev.fanfare.spi.Bytes;
import java.util.LinkedHashMap;
import java.util.Map;

/// One question to the hub.
///
/// @param path with its query, encoded
/// @param subject what it is about, for failures
/// @param repeatable whether asking twice does no more than asking once
/// @param deadline when an answer is of no use any more, in the clock's nanoseconds
record Call(
        String method,
        String path,
        Map<String, String> headers,
        Bytes body,
        Subject subject,
        boolean repeatable,
        long deadline) {
    static Call get(String path, Subject subject, long deadline) {
        return new Call("GET", path, Map.of(), Bytes.EMPTY, subject, true, deadline);
    }

    /// Makes a call that ends something. Repeated, it could end what was begun after its first time.
    static Call delete(String path, Subject subject, long deadline) {
        return new Call("DELETE", path, Map.of(), Bytes.EMPTY, subject, false, deadline);
    }

    /// Makes a call that the hub knows again by its idempotency key.
    static Call post(String path, Bytes body, Subject subject, long deadline) {
        return new Call("POST", path, Map.of(), body, subject, true, deadline);
    }

    Call with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Call(method, path, more, body, subject, repeatable, deadline);
    }

    boolean writes() {
        return !method.equals("GET");
    }
}
