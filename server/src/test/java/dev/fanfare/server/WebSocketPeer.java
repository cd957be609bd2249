package dev.fanfare.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A WebSocket client that sends whatever frame a test wants, right or wrong.
final class WebSocketPeer implements AutoCloseable {
    static final int TEXT = 0x81;
    static final int BINARY = 0x82;
    static final int CLOSE = 0x88;
    static final int PING = 0x89;
    static final int PONG = 0x8a;

    private final Wire wire;

    private WebSocketPeer(Wire wire) {
        this.wire = wire;
    }

    /// What the hub has sent.
    ///
    /// @param first the first byte: flags and opcode
    record Frame(int first, ByteBuffer payload) {
        String text() {
            return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
        }

        /// Returns the code of a goodbye.
        int code() {
            return payload.getShort(0);
        }
    }

    static WebSocketPeer open(int port, String path) {
        Wire wire = handshake(Wire.dial(port), path);
        Wire.Response answer = wire.response();
        if (answer.status() != 101) {
            throw new AssertionError("expected 101, got " + answer.status() + " " + answer.body());
        }
        return new WebSocketPeer(wire);
    }

    static Wire handshake(Wire wire, String path, String... more) {
        String[] headers = new String[more.length + 4];
        headers[0] = "Connection: Upgrade";
        headers[1] = "Upgrade: websocket";
        headers[2] = "Sec-WebSocket-Version: 13";
        headers[3] = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        System.arraycopy(more, 0, headers, 4, more.length);
        return wire.request("GET", path, "", headers);
    }

    WebSocketPeer send(String text) {
        return send(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    WebSocketPeer send(int first, byte[] payload) {
        return send(first, payload, true);
    }

    WebSocketPeer send(int first, byte[] payload, boolean masked) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        int mask = masked ? 0x80 : 0;
        if (payload.length < 126) {
            out.write(mask | payload.length);
        } else if (payload.length < 65536) {
            out.write(mask | 126);
            out.writeBytes(
                    ByteBuffer.allocate(2).putShort((short) payload.length).array());
        } else {
            out.write(mask | 127);
            out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        if (masked) {
            out.writeBytes(new byte[4]); // a mask of zeros leaves the payload as it is
        }
        out.writeBytes(payload);
        wire.send(out.toByteArray());
        return this;
    }

    Frame frame() {
        int first = wire.exactly(1)[0] & 0xff;
        int length = wire.exactly(1)[0] & 0xff;
        if (length == 126) {
            length = ByteBuffer.wrap(wire.exactly(2)).getShort() & 0xffff;
        } else if (length == 127) {
            length = (int) ByteBuffer.wrap(wire.exactly(8)).getLong();
        }
        return new Frame(first, ByteBuffer.wrap(wire.exactly(length)));
    }

    /// Returns the next text.
    String next() {
        Frame frame = frame();
        if (frame.first() != TEXT) {
            throw new AssertionError(
                    "expected text, got a frame that begins with " + frame.first() + ": " + frame.text());
        }
        return frame.text();
    }

    /// Sends a request and returns what comes next.
    String ask(String request) {
        return send(request).next();
    }

    Wire wire() {
        return wire;
    }

    @Override
    public void close() {
        wire.close();
    }
}
