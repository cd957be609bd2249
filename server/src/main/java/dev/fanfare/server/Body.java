package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// A request's body as it arrives. Holds what has come, never what was announced: a promise of bytes costs nothing.
///
/// Threads: confined to the event loop.
final class Body {
    private static final byte[] NONE = new byte[0];

    private byte[] bytes = NONE;
    private int length;

    /// @throws Refusal if there is more than `limit` then
    void add(ByteBuf more, int limit) {
        int added = more.readableBytes();
        if (added > limit - length) {
            throw tooLarge(limit);
        }
        if (bytes.length - length < added) {
            bytes = Arrays.copyOf(bytes, length == 0 ? added : Math.max(length + added, length * 2));
        }
        more.readBytes(bytes, length, added);
        length += added;
    }

    static Refusal tooLarge(int limit) {
        return new Refusal(
                Code.BODY_TOO_LARGE,
                limit == 0
                        ? "this request takes no body"
                        : "the body is larger than " + limit + " bytes; send less, or raise the hub's limit");
    }

    int length() {
        return length;
    }

    /// Returns what has come, and begins anew.
    Bytes take() {
        Bytes taken = Bytes.owning(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
        bytes = NONE;
        length = 0;
        return taken;
    }
}
