package dev.fanfare.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A connection that is kept open to be written to.
///
/// Its readers learn at once when it takes no more, so whoever writes need not ask. It is closed when its socket has
/// taken nothing for the time that [Timing] allows, though something was waiting.
///
/// Threads: confined to the event loop.
abstract class Stream extends ChannelInboundHandlerAdapter implements Connection {
    private final Hub hub;
    private final Loop loop;
    private final Channel channel;
    private final @Nullable Shortcut shortcut;
    private final Format format;
    private final Wheel.Entry entry;
    private boolean closed;
    private boolean stalled;
    private long stalledAt;
    private long waiting;
    private long progress;

    /// @param beats between two things that [#beat(long)] has to do
    Stream(Hub hub, Loop loop, Channel channel, Format format, Duration beats) {
        this.hub = hub;
        this.loop = loop;
        this.channel = channel;
        this.shortcut = Shortcut.of(channel);
        this.format = format;
        this.entry = loop.wheel().add(this, loop.wheel().now() + Math.min(beats.toNanos(), patience() / 2));
        loop.counts().opened(format);
    }

    /// Does what is due beside the watch over the socket: a heartbeat, a ping.
    ///
    /// @return when to do it again
    abstract long beat(long now);

    /// Closes it because its socket takes nothing.
    abstract void closeAsSlow();

    /// Has all readers leave their groups.
    abstract void stallReaders();

    /// Has all readers go on from where they are.
    abstract void wakeReaders();

    abstract void closeReaders();

    /// Called when all that the reader reads has ended.
    abstract void ended(Reader reader);

    /// Closes it because the hub has failed.
    abstract void fail();

    final Hub hub() {
        return hub;
    }

    final Loop loop() {
        return loop;
    }

    final Channel channel() {
        return channel;
    }

    final Format format() {
        return format;
    }

    final boolean isClosed() {
        return closed;
    }

    /// Tells whether more may be written now.
    final boolean takesMore() {
        return !closed && channel.isWritable();
    }

    /// Writes the batch. The hub's innermost step: once for every delivery.
    final void deliver(Batch batch) {
        ByteBuf bytes = batch.bytes(format);
        int length = bytes.readableBytes();
        loop.counts().delivered(format, batch.size(), length);
        int sent = shortcut == null ? 0 : shortcut.send(bytes);
        if (sent < length) {
            write(bytes.retainedSlice(bytes.readerIndex() + sent, length - sent));
        }
    }

    final void write(ByteBuf bytes) {
        if (shortcut != null) {
            shortcut.passed();
        }
        channel.write(bytes, channel.voidPromise());
        channel.flush();
    }

    @Override
    public final void tell(Function<Format, ByteBuf> notice) {
        if (takesMore()) {
            write(notice.apply(format));
        }
    }

    @Override
    public final long check(long now) {
        long next = beat(now);
        if (closed) {
            return next;
        }
        watch(now);
        return stalled ? Wheel.earlier(next, now + patience() / 4) : next;
    }

    /// Looks whether the socket has taken anything since the last look.
    private void watch(long now) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long nowWaiting = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long nowProgress = buffer == null ? 0 : buffer.currentProgress();
        boolean moved = nowWaiting != waiting || nowProgress != progress;
        waiting = nowWaiting;
        progress = nowProgress;
        if (nowWaiting == 0) {
            stalled = false;
        } else if (!stalled || moved) {
            stalled = true;
            stalledAt = now;
        } else if (now - stalledAt >= patience()) {
            loop.counts().slowClosed();
            closeAsSlow();
        }
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            loop.execute(this::resume); // not here: this may be inside the walk of a group
        } else if (!closed) {
            loop.counts().stalled();
            loop.wheel().move(entry, loop.wheel().now() + patience() / 4);
            stallReaders();
        }
    }

    private void resume() {
        if (takesMore()) {
            wakeReaders();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message); // whoever reads a stream has nothing to say
    }

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        detach();
    }

    /// A peer that goes away without a word is nothing to log: it is what peers do.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        abort();
    }

    /// Writes the last bytes and closes the connection once they have left.
    final void leave(ByteBuf last) {
        if (closed) {
            last.release();
        } else {
            detach();
            Farewell.say(channel, loop, last);
        }
    }

    @Override
    public final void abort() {
        detach();
        channel.close();
    }

    /// Ends all that this stream holds, but for the socket itself.
    private void detach() {
        if (!closed) {
            closed = true;
            loop.wheel().remove(entry);
            loop.counts().closed(format);
            closeReaders();
        }
    }

    private long patience() {
        return hub.settings().timing().stall().toNanos();
    }
}
