package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.contract.ThreadLeaks;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is handed to the kernel past the channel, and what must not be.
@ExtendWith(ThreadLeaks.class)
final class ShortcutTest {
    /// So many connections that one of them gets the number of the socket that was closed.
    private static final int OTHERS = 20;

    private final ByteBuf bytes = Unpooled.directBuffer().writeBytes("news".getBytes(StandardCharsets.US_ASCII));
    private ServerSocketChannel server;
    private EventLoopGroup loops;
    private Channel channel;

    @BeforeEach
    void connect() throws Exception {
        assumeTrue(Epoll.isAvailable(), "needs Netty's own sockets");
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        channel = new Bootstrap()
                .group(loops)
                .channel(EpollSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(server.getLocalAddress())
                .sync()
                .channel();
    }

    @AfterEach
    void close() throws Exception {
        bytes.release();
        if (loops != null) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
            server.close();
        }
    }

    private static Shortcut shortcut(Channel channel) {
        return Objects.requireNonNull(Shortcut.of(channel));
    }

    @Test
    void whatTheSocketTakesIsSentAtOnce() throws Exception {
        assertThat(channel.eventLoop()
                        .submit(() -> shortcut(channel).send(bytes))
                        .get())
                .isEqualTo(4);
    }

    @Test
    void nothingIsSentOnceTheSocketIsClosedThoughItsNumberIsAnothers() throws Exception {
        SocketAddress address = server.getLocalAddress();
        int sent = channel.eventLoop()
                .submit(() -> {
                    Shortcut shortcut = shortcut(channel);
                    shortcut.send(bytes);
                    channel.close();
                    return sendAmid(address, shortcut);
                })
                .get();
        assertThat(sent).isZero();
    }

    private int sendAmid(SocketAddress address, Shortcut shortcut) throws Exception {
        List<SocketChannel> others = new ArrayList<>();
        try {
            for (int i = 0; i < OTHERS; i++) {
                others.add(SocketChannel.open(address));
            }
            return shortcut.send(bytes);
        } finally {
            for (SocketChannel other : others) {
                other.close();
            }
        }
    }
}
