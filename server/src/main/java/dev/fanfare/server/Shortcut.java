package dev.fanfare.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Hands bytes to the kernel past the channel's pipeline and its buffer of what waits: with thousands of connections,
/// walking all these objects for each delivery costs as much as a tenth of the send itself.
///
/// Only while nothing waits, so that the order holds, and only as much as the socket takes; the rest goes the usual
/// way, as does everything where sockets are not Netty's own. Not for channels whose pipeline changes what is written.
///
/// A channel tells of its end only in a later turn of the loop. Until then deliveries come here for a socket that is
/// closed, and whose number the kernel may have given to another connection.
///
/// Threads: confined to the event loop.
final class Shortcut {
    private final Channel.Unsafe channel;
    private final Socket socket;
    private boolean clear; // nothing waits; else that must be looked at

    private Shortcut(Channel.Unsafe channel, Socket socket) {
        this.channel = channel;
        this.socket = socket;
    }

    static @Nullable Shortcut of(Channel channel) {
        return channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket
                ? new Shortcut(channel.unsafe(), socket)
                : null;
    }

    /// Notes that something goes the usual way, where it may have to wait.
    void passed() {
        clear = false;
    }

    /// Sends what the socket takes at once, and returns how many bytes that were. The buffer stays as it is.
    int send(ByteBuf bytes) {
        if (!socket.isOpen() || !(clear || look()) || !bytes.hasMemoryAddress()) {
            return 0;
        }
        try {
            return Math.max(0, socket.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex()));
        } catch (IOException broken) {
            return 0; // the usual way meets the same fault, and closes the connection
        }
    }

    private boolean look() {
        ChannelOutboundBuffer waiting = channel.outboundBuffer();
        clear = waiting != null && waiting.totalPendingWriteBytes() == 0;
        return clear;
    }
}
