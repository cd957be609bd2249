package dev.fanfare.wire;

import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes `text/event-stream` into an array that grows and is used again.
///
/// An id never goes out alone: clients throw away a frame without data, and the id with it. So whoever gives an id
/// gives it with a frame, and [#clear()] begins the next piece of the stream.
///
/// Threads: confined to one.
public final class SseWriter {
    private static final byte[] EVENT = ascii("event: ");
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] ID = ascii("id: ");
    private static final byte[] RETRY = ascii("retry: ");
    private static final byte[] HEARTBEAT = ascii(":\n\n");
    /// What is kept for the next piece; a rare large event does not hold its memory for ever.
    private static final int KEPT = 256 << 10;

    private byte[] bytes = new byte[1024];
    private int length;

    /// Begins with nothing written.
    public SseWriter() {}

    /// Forgets what was written.
    public SseWriter clear() {
        if (bytes.length > KEPT) {
            bytes = new byte[1024];
        }
        length = 0;
        return this;
    }

    /// Tells the reader how long to wait before it comes back when the stream has broken.
    public SseWriter retry(int millis) {
        write(RETRY);
        text(Integer.toString(millis));
        return lineEnd().lineEnd();
    }

    /// Writes a comment, that readers and proxies see and pages do not.
    public SseWriter heartbeat() {
        write(HEARTBEAT);
        return this;
    }

    /// Writes a delivery: under the name that its publisher gave it, a gap or an end under its own.
    ///
    /// @param id the place to resume after, on the last frame of what leaves together; null on those before it
    public SseWriter delivery(Delivery delivery, @Nullable String id) {
        return event(nameOf(delivery), delivery.json(), id);
    }

    /// Writes one event.
    ///
    /// @param name what listeners are registered for; null reaches `onmessage`
    /// @throws IllegalArgumentException if name or id would break their line: such a value is stopped before, so it
    ///     comes from a store that was tampered with
    public SseWriter event(@Nullable String name, Bytes data, @Nullable String id) {
        if (name != null) {
            field(EVENT, name);
        }
        data(data);
        if (id != null) {
            field(ID, id);
        }
        return lineEnd();
    }

    public int length() {
        return length;
    }

    /// Copies what was written into `target`, from index `at` on.
    public void copyTo(byte[] target, int at) {
        System.arraycopy(bytes, 0, target, at, length);
    }

    /// Returns a copy of what was written.
    public Bytes toBytes() {
        return Bytes.owning(Arrays.copyOf(bytes, length));
    }

    private static @Nullable String nameOf(Delivery delivery) {
        if (delivery instanceof Received received) {
            return received.stored().name();
        }
        return delivery instanceof Delivery.Gap ? "gap" : "end";
    }

    private void field(byte[] prefix, String line) {
        if (line.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("not one line, and so no part of an event stream: " + Quote.of(line));
        }
        write(prefix);
        text(line);
        lineEnd();
    }

    /// Writes the data, as several lines if it has line breaks: minified JSON has none.
    private void data(Bytes data) {
        write(DATA);
        int from = length;
        room(data.length());
        data.copyTo(bytes, from);
        length += data.length();
        if (hasLineBreak(from)) {
            length = from - DATA.length;
            for (String line : data.utf8().split("\r\n|\r|\n", -1)) {
                write(DATA);
                text(line);
                lineEnd();
            }
        } else {
            lineEnd();
        }
    }

    private boolean hasLineBreak(int from) {
        for (int i = from; i < length; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                return true;
            }
        }
        return false;
    }

    private void text(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    private SseWriter lineEnd() {
        room(1);
        bytes[length++] = '\n';
        return this;
    }

    private void write(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
