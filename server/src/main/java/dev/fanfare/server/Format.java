package dev.fanfare.server;

/// How deliveries are framed for a wire.
enum Format {
    /// An event stream in a chunk of HTTP/1.1.
    CHUNKED,
    /// An event stream that ends with its connection, for clients of HTTP/1.0.
    PLAIN,
    /// A text frame for each.
    WEBSOCKET;

    boolean isSse() {
        return this != WEBSOCKET;
    }

    String transport() {
        return isSse() ? "sse" : "websocket";
    }
}
