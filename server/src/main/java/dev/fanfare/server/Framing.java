package dev.fanfare.server;

import dev.fanfare.Delivery;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.SseWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.function.Consumer;

/// Puts what leaves into the frames of a wire: chunks of HTTP, frames of WebSocket.
///
/// Threads: confined to the event loop, whose one writer and array it uses.
final class Framing {
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};
    private static final int CRLF = '\r' << 8 | '\n';

    private final ByteBufAllocator allocator;
    private final SseWriter writer = new SseWriter();

    Framing(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /// Returns a piece of an event stream.
    ByteBuf sse(Format format, Consumer<SseWriter> body) {
        body.accept(writer.clear());
        return format == Format.CHUNKED ? chunk(writer.toBytes()) : direct(writer.toBytes());
    }

    /// Returns `body` as a chunk; empty for an empty one, which would end the stream.
    ByteBuf chunk(Bytes body) {
        if (body.length() == 0) {
            return allocator.buffer(0);
        }
        String size = Integer.toHexString(body.length());
        ByteBuf out = allocator.directBuffer(size.length() + body.length() + 4);
        ByteBufUtil.writeAscii(out, size);
        out.writeShort(CRLF);
        write(out, body);
        return out.writeShort(CRLF);
    }

    /// Returns what ends a stream of chunks.
    ByteBuf lastChunk() {
        return allocator.directBuffer(LAST_CHUNK.length).writeBytes(LAST_CHUNK);
    }

    ByteBuf direct(Bytes body) {
        return write(allocator.directBuffer(body.length()), body);
    }

    /// Returns a text frame for each delivery.
    ByteBuf webSocket(List<Delivery> deliveries) {
        int length = 0;
        for (Delivery delivery : deliveries) {
            length += WsFrame.sizeOf(delivery.json().length());
        }
        ByteBuf out = allocator.directBuffer(length);
        for (Delivery delivery : deliveries) {
            WsFrame.TEXT.writeHead(out, delivery.json().length());
            write(out, delivery.json());
        }
        return out;
    }

    ByteBuf webSocket(WsFrame kind, Bytes body) {
        ByteBuf out = allocator.directBuffer(WsFrame.sizeOf(body.length()));
        kind.writeHead(out, body.length());
        return write(out, body);
    }

    private static ByteBuf write(ByteBuf out, Bytes body) {
        return out.writeBytes(body.asByteBuffer());
    }
}
