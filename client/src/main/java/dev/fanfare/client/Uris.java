package dev.fanfare.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Makes the addresses of what a hub has.
final class Uris {
    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private Uris() {}

    /// @param path encoded already; follows the hub's own address
    static URI under(URI hub, String path) {
        String base = hub.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }

    /// Encodes a name that is a path, and stays one.
    static String path(String name) {
        return encode(name, PLAIN + "/");
    }

    /// Encodes a value of a query.
    static String value(String value) {
        return encode(value, PLAIN);
    }

    private static String encode(String text, String kept) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (kept.indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append(String.format("%%%02X", b & 0xff));
            }
        }
        return encoded.toString();
    }
}
