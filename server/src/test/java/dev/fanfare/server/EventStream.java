package dev.fanfare.server;

import java.nio.charset.StandardCharsets;

/// Reads an event stream frame by frame, as its bytes are.
final class EventStream implements AutoCloseable {
    private final Wire wire;
    private final Wire.Response head;
    private final StringBuilder pending = new StringBuilder();

    private EventStream(Wire wire, Wire.Response head) {
        this.wire = wire;
        this.head = head;
    }

    /// Opens a stream; nothing of its body has been read.
    static EventStream open(int port, String path, String... headers) {
        Wire wire = Wire.dial(port).request("GET", path, "", headers);
        return new EventStream(wire, wire.head());
    }

    Wire.Response head() {
        return head;
    }

    Wire wire() {
        return wire;
    }

    /// Returns the next frame with the empty line that ends it; empty at the end of the stream.
    String next() {
        while (pending.indexOf("\n\n") < 0) {
            byte[] chunk = wire.chunk();
            if (chunk.length == 0) {
                return "";
            }
            pending.append(new String(chunk, StandardCharsets.UTF_8));
        }
        int end = pending.indexOf("\n\n") + 2;
        String frame = pending.substring(0, end);
        pending.delete(0, end);
        return frame;
    }

    /// Returns the next frame that is neither a comment nor a retry.
    String nextEvent() {
        String frame = next();
        while (frame.startsWith(":") || frame.startsWith("retry:")) {
            frame = next();
        }
        return frame;
    }

    /// Reads `subscribed`, so that what is published from now on comes next.
    EventStream subscribed() {
        String frame = nextEvent();
        if (!frame.startsWith("event: subscribed\n")) {
            throw new AssertionError("expected subscribed, got " + frame);
        }
        return this;
    }

    /// Returns the field of that name in a frame; empty if it has none.
    static String field(String frame, String name) {
        return frame.lines()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() {
        wire.close();
    }
}
