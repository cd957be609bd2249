package dev.fanfare.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;

/// Closes a connection so that its last bytes arrive: what the peer still sends is read and thrown away until it closes
/// too, or for two seconds. A socket closed with unread bytes is reset, and the reset may overtake the answer.
///
/// Threads: confined to the event loop.
final class Farewell extends ChannelInboundHandlerAdapter implements Connection {
    private static final long PATIENCE_NANOS = 2_000_000_000L;

    private final Channel channel;
    private final Loop loop;
    private final Wheel.Entry entry;
    private final long deadline;

    private Farewell(Channel channel, Loop loop) {
        this.channel = channel;
        this.loop = loop;
        this.deadline = loop.wheel().now() + PATIENCE_NANOS;
        this.entry = loop.wheel().add(this, deadline);
    }

    /// Writes the last bytes in place of all that the connection was doing, which must have cleaned up behind itself.
    static void say(Channel channel, Loop loop, ByteBuf last) {
        Farewell farewell = new Farewell(channel, loop);
        channel.pipeline().addLast(farewell);
        while (channel.pipeline().first() != farewell) {
            channel.pipeline().removeFirst();
        }
        channel.config().setAutoRead(true);
        channel.writeAndFlush(last).addListener(written -> farewell.shutOutput());
    }

    private void shutOutput() {
        if (channel.isActive() && channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        loop.wheel().remove(entry);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        channel.close();
    }

    @Override
    public long check(long now) {
        if (now - deadline >= 0) {
            channel.close();
        }
        return deadline;
    }

    @Override
    public void drain() {
        // it is on its way out already
    }

    @Override
    public void abort() {
        channel.close();
    }
}
