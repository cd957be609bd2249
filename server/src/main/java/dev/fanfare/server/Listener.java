package dev.fanfare.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The socket that a hub listens on, and the event loops that serve what it accepts.
///
/// Threads: safe; `bind` and `close` are called once.
final class Listener {
    private static final int BACKLOG = 4096;

    private final Settings settings;
    private final EventLoopGroup group;
    private final IdentityHashMap<EventLoop, Loop> loops = new IdentityHashMap<>();
    private @Nullable Channel socket;

    Listener(Settings settings) {
        this.settings = settings;
        this.group = new MultiThreadIoEventLoopGroup(
                settings.loops(),
                new DefaultThreadFactory("fanfare-hub", true),
                settings.transport().ioHandlers());
        for (EventExecutor executor : group) {
            EventLoop loop = (EventLoop) executor;
            loops.put(loop, new Loop(loop, settings.clock().nanoTime()));
        }
    }

    /// Refuses an address that other machines could reach: there is nothing yet that would ask them who they are.
    static void requireLoopback(String host) {
        InetAddress address = resolve(host);
        if (!address.isLoopbackAddress()) {
            throw new HubException("refused to listen on " + host + ": other machines could reach it, and there is no "
                    + "authentication yet; listen on 127.0.0.1, and put a proxy that authenticates in front");
        }
    }

    void bind(Hub hub) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(settings.transport().serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new AcceptFaults(hub.metrics()))
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_SNDBUF, settings.limits().sendBufferBytes())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        hub.accept(channel);
                    }
                });
        settings.transport().detectVanishedPeers(bootstrap, settings.timing().stall());
        var bound = bootstrap
                .bind(new InetSocketAddress(resolve(settings.host()), settings.port()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new HubException(
                    "cannot listen on " + settings.host() + " port " + settings.port() + ": "
                            + bound.cause().getMessage() + "; stop what uses it, or choose another port",
                    bound.cause());
        }
        socket = bound.channel();
    }

    /// Half of what may wait for a connection: one piece more may be written when that is not yet full.
    private WriteBufferWaterMark waterMark() {
        int most = settings.limits().waitingBytes();
        return new WriteBufferWaterMark(Math.max(1, most / 4), Math.max(2, most / 2));
    }

    int port() {
        Channel bound = socket;
        if (bound == null) {
            throw new IllegalStateException("the hub does not listen");
        }
        return ((InetSocketAddress) bound.localAddress()).getPort();
    }

    List<Loop> loops() {
        return List.copyOf(loops.values());
    }

    Loop loopOf(Channel channel) {
        return java.util.Objects.requireNonNull(loops.get(channel.eventLoop()));
    }

    static InetAddress addressOf(Channel channel) {
        SocketAddress remote = channel.remoteAddress();
        return remote instanceof InetSocketAddress internet ? internet.getAddress() : InetAddress.getLoopbackAddress();
    }

    void close() {
        Channel bound = socket;
        if (bound != null) {
            bound.close().awaitUninterruptibly();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static InetAddress resolve(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException unknown) {
            throw new HubException("there is no address " + host + " to listen on; use 127.0.0.1 or ::1", unknown);
        }
    }
}
