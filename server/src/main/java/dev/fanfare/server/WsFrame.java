package dev.fanfare.server;

import io.netty.buffer.ByteBuf;

/// The kinds of frames that a hub sends over WebSocket: whole, and not masked, as servers do.
enum WsFrame {
    TEXT(1),
    BINARY(2),
    CLOSE(8),
    PING(9),
    PONG(10);

    private static final int FINAL = 0x80;
    private static final int LENGTH_IN_TWO_BYTES = 126;
    private static final int LENGTH_IN_EIGHT_BYTES = 127;

    private final int opcode;

    WsFrame(int opcode) {
        this.opcode = opcode;
    }

    /// Returns the size of a frame with so many bytes of payload.
    static int sizeOf(int payload) {
        return payload + (payload < LENGTH_IN_TWO_BYTES ? 2 : payload <= 0xFFFF ? 4 : 10);
    }

    /// Writes all of the frame but its payload.
    void writeHead(ByteBuf out, int payload) {
        out.writeByte(FINAL | opcode);
        if (payload < LENGTH_IN_TWO_BYTES) {
            out.writeByte(payload);
        } else if (payload <= 0xFFFF) {
            out.writeByte(LENGTH_IN_TWO_BYTES).writeShort(payload);
        } else {
            out.writeByte(LENGTH_IN_EIGHT_BYTES).writeLong(payload);
        }
    }
}
