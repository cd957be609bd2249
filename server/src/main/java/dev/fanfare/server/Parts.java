package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// An answer of lines that leaves in parts, while it is made, and no faster than it is read: so it may be of any
/// length.
///
/// Threads: confined to the event loop.
final class Parts {
    private final Exchange exchange;
    private final Format format;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private boolean begun;
    private final String type;

    Parts(Exchange exchange, String type) {
        this.exchange = exchange;
        this.type = type;
        this.format = exchange.isHttp10() ? Format.PLAIN : Format.CHUNKED;
    }

    void add(Bytes line) {
        try {
            line.writeTo(lines);
            lines.write('\n');
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// Sends what there is, and goes on with `next` once the peer takes more; never if it has gone.
    void flush(Runnable next) {
        exchange.connection().part(part(), next);
    }

    void end() {
        ByteBuf last = part();
        if (format == Format.PLAIN) {
            exchange.connection().answeredLast(last);
            return;
        }
        last = exchange.channel()
                .alloc()
                .compositeBuffer(2)
                .addComponent(true, last)
                .addComponent(true, exchange.loop().framing().lastChunk());
        if (exchange.keepsAlive()) {
            exchange.connection().answered(last);
        } else {
            exchange.connection().answeredLast(last);
        }
    }

    private ByteBuf part() {
        Bytes text = Bytes.owning(lines.toByteArray());
        lines.reset();
        Framing framing = exchange.loop().framing();
        ByteBuf body = format == Format.CHUNKED ? framing.chunk(text) : framing.direct(text);
        if (begun) {
            return body;
        }
        begun = true;
        Bytes head = ResponseHead.ofParts(exchange, type, format);
        return exchange.channel()
                .alloc()
                .compositeBuffer(2)
                .addComponent(true, framing.direct(head))
                .addComponent(true, body);
    }
}
