package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The answer that turns a request into a WebSocket, after RFC 6455.
final class WsHandshake {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private WsHandshake() {}

    /// Returns the head of the answer.
    ///
    /// @throws Refusal if the request does not ask for a WebSocket of the one version that there is
    static Bytes accept(HttpHeaders headers) {
        if (!isAsked(headers)) {
            throw new Refusal(
                    Code.BAD_PARAMETER,
                    "this path is a WebSocket: ask with Connection: Upgrade, Upgrade: websocket, Sec-WebSocket-Version: 13 "
                            + "and a Sec-WebSocket-Key of 16 bytes in Base64");
        }
        String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
        return Bytes.utf8("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + answerTo(key) + "\r\n\r\n");
    }

    /// Tells whether the request asks for a WebSocket of the one version that there is.
    static boolean isAsked(HttpHeaders headers) {
        return headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && "13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))
                && isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, ""));
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static String answerTo(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-1", impossible);
        }
    }
}
