package dev.fanfare.server;

import dev.fanfare.Delivery;
import dev.fanfare.wire.SseWriter;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Deliveries that leave together. Framed at most once for each format, when the first reader of that format is met;
/// all readers get the same bytes.
///
/// Threads: confined to the event loop.
final class Batch {
    private final List<Delivery> deliveries;
    private final @Nullable String vector;
    private final Framing framing;
    private final @Nullable ByteBuf[] framed = new ByteBuf[Format.values().length];

    /// @param vector the place after the last delivery, when they are of several topics; null when each has its own
    Batch(List<Delivery> deliveries, @Nullable String vector, Framing framing) {
        this.deliveries = deliveries;
        this.vector = vector;
        this.framing = framing;
    }

    int size() {
        return deliveries.size();
    }

    /// Returns the bytes in that format, which stay this batch's.
    ByteBuf bytes(Format format) {
        ByteBuf known = framed[format.ordinal()];
        if (known == null) {
            known = format.isSse() ? framing.sse(format, this::writeTo) : framing.webSocket(deliveries);
            framed[format.ordinal()] = known;
        }
        return known;
    }

    void release() {
        for (ByteBuf bytes : framed) {
            if (bytes != null) {
                bytes.release();
            }
        }
    }

    private void writeTo(SseWriter out) {
        int last = deliveries.size() - 1;
        for (int i = 0; i <= last; i++) {
            Delivery delivery = deliveries.get(i);
            String own = vector == null ? delivery.position().toString() : null;
            out.delivery(delivery, own == null && i == last ? vector : own);
        }
    }
}
