package dev.fanfare.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/// Survives that no connection can be accepted, as without file descriptors: pauses for a second, then tries again,
/// rather than fail in a loop. Those connected notice nothing, those that wait get in later.
///
/// Threads: confined to the event loop of the listening socket.
final class AcceptFaults extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(AcceptFaults.class.getName());

    private final HubMetrics metrics;

    AcceptFaults(HubMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        metrics.acceptFailed();
        var config = context.channel().config();
        if (config.isAutoRead()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "cannot accept connections, next try in a second: " + cause.getMessage());
            config.setAutoRead(false);
            context.executor().schedule(() -> config.setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }
}
