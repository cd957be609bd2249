package dev.fanfare.wire;

import dev.fanfare.spi.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Reads `text/event-stream` from bytes that come in pieces of any size, as the HTML standard says.
///
/// Lines end with CR, LF or both; a byte order mark may begin the stream; lines that begin with a colon are comments.
/// An event without data is none, but the id that came with it counts.
///
/// Threads: confined to one at a time.
public final class SseParser {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    /// The longest `retry` that counts: any longer is no number of milliseconds to wait for.
    private static final int MAX_RETRY_DIGITS = 9;

    private final int maxEventBytes;
    private final Consumer<SseEvent> sink;
    private final Buffer line = new Buffer();
    private final Buffer data = new Buffer();
    private String name = "";
    private String id = "";
    private OptionalLong retryMillis = OptionalLong.empty();
    private boolean atFirstLine = true;
    private boolean afterCarriageReturn;

    /// @param maxEventBytes what the data of an event, with the line being read, may have
    /// @param sink gets each event as soon as its last byte is there
    public SseParser(int maxEventBytes, Consumer<SseEvent> sink) {
        if (maxEventBytes <= 0) {
            throw new IllegalArgumentException("maxEventBytes must be positive: " + maxEventBytes);
        }
        this.maxEventBytes = maxEventBytes;
        this.sink = sink;
    }

    /// Takes the next bytes of the stream, all of them.
    ///
    /// @throws IllegalStateException if an event is larger than allowed; the stream cannot be read on
    public void push(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next == '\n' && afterCarriageReturn) {
                afterCarriageReturn = false;
            } else if (next == '\n' || next == '\r') {
                afterCarriageReturn = next == '\r';
                endLine();
            } else {
                afterCarriageReturn = false;
                requireRoom();
                line.add(next);
            }
        }
    }

    /// Returns how long the stream wants a reader to wait before it comes back; empty while it has not said.
    public OptionalLong retryMillis() {
        return retryMillis;
    }

    private void requireRoom() {
        if (line.length + data.length >= maxEventBytes) {
            throw new IllegalStateException("an event of the stream has more than " + maxEventBytes + " bytes");
        }
    }

    private void endLine() {
        if (atFirstLine) {
            atFirstLine = false;
            line.dropPrefix(BYTE_ORDER_MARK);
        }
        if (line.length == 0) {
            dispatch();
        } else {
            field();
        }
        line.clear();
    }

    private void dispatch() {
        if (data.length > 0) {
            Bytes joined = data.bytes(0, data.length - 1); // without the last line feed
            sink.accept(new SseEvent(name.isEmpty() ? SseEvent.UNNAMED : name, joined, id));
        }
        data.clear();
        name = "";
    }

    private void field() {
        int colon = line.indexOf(':');
        String field = line.text(0, colon < 0 ? line.length : colon);
        int value = colon < 0 ? line.length : colon + 1;
        if (value < line.length && line.array[value] == ' ') {
            value++;
        }
        switch (field) {
            case "data" -> addData(value);
            case "event" -> name = line.text(value, line.length);
            case "id" -> setId(line.text(value, line.length));
            case "retry" -> setRetry(line.text(value, line.length));
            default -> {} // a comment, or a field of a later time
        }
    }

    private void addData(int from) {
        data.add(line, from);
        data.add((byte) '\n');
    }

    private void setId(String value) {
        if (value.indexOf('\0') < 0) {
            id = value;
        }
    }

    private void setRetry(String value) {
        boolean digits = !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (digits && value.length() <= MAX_RETRY_DIGITS) {
            retryMillis = OptionalLong.of(Long.parseLong(value));
        }
    }

    /// Bytes that grow, and whose room is used again.
    private static final class Buffer {
        private static final int KEPT = 64 << 10;

        private byte[] array = new byte[256];
        private int length;

        void add(byte next) {
            ensure(1);
            array[length++] = next;
        }

        void add(Buffer other, int from) {
            int more = other.length - from;
            ensure(more);
            System.arraycopy(other.array, from, array, length, more);
            length += more;
        }

        void dropPrefix(byte[] prefix) {
            if (length >= prefix.length && Arrays.equals(array, 0, prefix.length, prefix, 0, prefix.length)) {
                System.arraycopy(array, prefix.length, array, 0, length - prefix.length);
                length -= prefix.length;
            }
        }

        int indexOf(char c) {
            for (int i = 0; i < length; i++) {
                if (array[i] == c) {
                    return i;
                }
            }
            return -1;
        }

        String text(int from, int to) {
            return new String(array, from, to - from, StandardCharsets.UTF_8);
        }

        Bytes bytes(int from, int to) {
            return Bytes.owning(Arrays.copyOfRange(array, from, to));
        }

        /// Forgets the bytes; a rare large event does not hold its room for ever.
        void clear() {
            length = 0;
            if (array.length > KEPT) {
                array = new byte[256];
            }
        }

        private void ensure(int more) {
            if (array.length - length < more) {
                array = Arrays.copyOf(array, Math.max(length + more, array.length * 2));
            }
        }
    }
}
