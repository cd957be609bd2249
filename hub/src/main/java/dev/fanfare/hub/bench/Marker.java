package dev.fanfare.hub.bench;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/// The time at which an event was sent, as text inside its message: `#` and 16 hex digits.
///
/// A `#` occurs nowhere else in what a hub sends, so markers are found without taking frames apart. A finder may be
/// given the bytes in pieces of any size.
///
/// Threads: a finder is confined to its connection's reader.
final class Marker {
    private static final int DIGITS = 16;

    private int digits = -1;
    private long value;

    static String of(long nanos) {
        return "#" + HexFormat.of().toHexDigits(nanos);
    }

    /// Tells `found` of each marker that ends in these bytes.
    void find(ByteBuffer bytes, LongConsumer found) {
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            if (b == '#') {
                digits = 0;
                value = 0;
            } else if (digits >= 0) {
                value = value << 4 | Character.digit(b, 16);
                if (++digits == DIGITS) {
                    digits = -1;
                    found.accept(value);
                }
            }
        }
    }
}
