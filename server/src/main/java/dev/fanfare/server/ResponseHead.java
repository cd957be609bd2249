package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/// The bytes of a response. All values are the hub's own or were checked, so nothing in them can begin another header.
///
/// @param body empty for one that is not sent, as for HEAD
record ResponseHead(String head, Bytes body) {
    private static final String ALWAYS = "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n";

    static ResponseHead of(Exchange exchange, Answer answer, boolean closes) {
        StringBuilder head = statusLine(answer.status());
        if (!answer.type().isEmpty()) {
            head.append("Content-Type: ").append(answer.type()).append("\r\n");
        }
        if (answer.status() != 204) {
            head.append("Content-Length: ").append(answer.body().length()).append("\r\n");
        }
        if (closes) {
            head.append("Connection: close\r\n");
        } else if (exchange.keepsAliveByRequest()) {
            head.append("Connection: keep-alive\r\n");
        }
        head.append(answer.headers()).append(exchange.originHeaders()).append(ALWAYS);
        boolean bare = exchange.method().equals(HttpMethod.HEAD);
        return new ResponseHead(head.append("\r\n").toString(), bare ? Bytes.EMPTY : answer.body());
    }

    /// Returns the head of an event stream, which ends with its connection.
    static Bytes ofStream(Exchange exchange, Format format) {
        return ofParts(exchange, "text/event-stream", format, "Connection: close\r\nX-Accel-Buffering: no\r\n");
    }

    /// Returns the head of an answer whose length is not known when it begins.
    static Bytes ofParts(Exchange exchange, String type, Format format) {
        boolean closes = format == Format.PLAIN || !exchange.keepsAlive();
        return ofParts(exchange, type, format, closes ? "Connection: close\r\n" : "");
    }

    private static Bytes ofParts(Exchange exchange, String type, Format format, String headers) {
        StringBuilder head =
                statusLine(200).append("Content-Type: ").append(type).append("\r\n");
        if (format == Format.CHUNKED) {
            head.append("Transfer-Encoding: chunked\r\n");
        }
        head.append(headers).append(exchange.originHeaders()).append(ALWAYS);
        return Bytes.utf8(head.append("\r\n").toString());
    }

    ByteBuf encode(ByteBufAllocator allocator) {
        ByteBuf out = allocator.directBuffer(head.length() + body.length());
        out.writeCharSequence(head, StandardCharsets.US_ASCII);
        return out.writeBytes(body.asByteBuffer());
    }

    private static StringBuilder statusLine(int status) {
        return new StringBuilder(256)
                .append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(HttpResponseStatus.valueOf(status).reasonPhrase())
                .append("\r\n");
    }
}
