package dev.fanfare.server;

import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.SseWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// A response that goes on as an event stream, until all that it reads has ended or its reader goes away.
///
/// Threads: confined to the event loop.
final class SseStream extends Stream {
    private final Reader reader;
    private long nextBeat;

    SseStream(Hub hub, Loop loop, Channel channel, Format format, GroupKey key, boolean single) {
        super(hub, loop, channel, format, hub.settings().timing().heartbeat());
        this.reader = new Reader(this, key, single);
        this.nextBeat = loop.wheel().now() + interval();
    }

    /// Begins the stream: how long to wait before coming back, where the reader stands, then what there is.
    ///
    /// @param head of the response
    /// @param position where the cursor stood before `first` was polled from it
    void open(Bytes head, String position, Cursor cursor, Waker waker, List<Delivery> first) {
        ByteBuf begin =
                framed(out -> out.retry(pause(hub())).event("subscribed", ControlJson.subscribed(position), position));
        write(Unpooled.wrappedBuffer(loop().framing().direct(head), begin));
        reader.start(cursor, waker, first);
    }

    @Override
    long beat(long now) {
        if (now - nextBeat >= 0) {
            nextBeat = now + interval();
            if (takesMore()) {
                write(framed(SseWriter::heartbeat));
            }
        }
        return nextBeat;
    }

    @Override
    public void drain() {
        leave(Unpooled.wrappedBuffer(framed(out -> out.retry(pauseAfterRestart(hub()))), last()));
    }

    @Override
    void ended(Reader over) {
        leave(last());
    }

    @Override
    void closeAsSlow() {
        abort(); // it does not read, so there is no use in telling it
    }

    @Override
    void fail() {
        abort();
    }

    @Override
    void stallReaders() {
        reader.stall();
    }

    @Override
    void wakeReaders() {
        reader.wake();
    }

    @Override
    void closeReaders() {
        reader.close();
    }

    private ByteBuf framed(Consumer<SseWriter> body) {
        return loop().framing().sse(format(), body);
    }

    private ByteBuf last() {
        return format() == Format.CHUNKED ? loop().framing().lastChunk() : Unpooled.EMPTY_BUFFER;
    }

    private long interval() {
        return hub().settings().timing().heartbeat().toNanos();
    }

    /// Returns for how many milliseconds a reader that was cut off should stay away: not all come back at once.
    static int pause(Hub hub) {
        int least = leastPause(hub);
        return ThreadLocalRandom.current().nextInt(least, 2 * least);
    }

    /// Returns the same for all readers of a hub at once: spread more widely.
    static int pauseAfterRestart(Hub hub) {
        int least = leastPause(hub);
        return ThreadLocalRandom.current().nextInt((least + 1) / 2, 2 * least + (least + 1) / 2);
    }

    private static int leastPause(Hub hub) {
        return Math.toIntExact(Math.max(1, hub.settings().timing().retry().toMillis()));
    }
}
