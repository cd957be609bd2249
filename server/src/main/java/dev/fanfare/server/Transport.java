package dev.fanfare.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.time.Duration;

/// How the hub talks to the operating system.
public enum Transport {
    /// Linux only: somewhat faster, and it notices peers that have vanished without a word.
    EPOLL,
    /// Everywhere.
    NIO;

    /// Returns the best that works here.
    public static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    IoHandlerFactory ioHandlers() {
        return this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    Class<? extends ServerChannel> serverChannel() {
        return this == EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /// Has the kernel give up on peers that acknowledge nothing for so long, where it can.
    void detectVanishedPeers(ServerBootstrap bootstrap, Duration patience) {
        if (this == EPOLL) {
            bootstrap.childOption(EpollChannelOption.TCP_USER_TIMEOUT, (int) patience.toMillis());
        }
    }
}
