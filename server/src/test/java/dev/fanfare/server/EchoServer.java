package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/// Sends back every message, through the hub's own WebSocket: for the Autobahn suite, which the build profile
/// `autobahn` runs against it. The suite's largest messages and longest trains of fragments are beyond a hub's
/// limits, not beyond these.
public final class EchoServer {
    private static final int MAX_BYTES = 32 << 20;
    private static final int MAX_FRAGMENTS = 1 << 20;

    private EchoServer() {}

    /// Starts the server.
    ///
    /// @param args the port to listen on
    public static void main(String[] args) throws InterruptedException {
        Transport transport = Transport.best();
        new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, transport.ioHandlers()))
                .channel(transport.serverChannel())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new RequestDecoder(Limits.DEFAULT), new Echo());
                    }
                })
                .bind(Integer.parseInt(args[0]))
                .sync();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter implements WsMessages.Listener {
        private final WsMessages messages = new WsMessages(MAX_BYTES, MAX_FRAGMENTS, this);
        private Channel channel;
        private Framing framing;

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            channel = context.channel();
            framing = new Framing(channel.alloc());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (message instanceof HttpRequest request) {
                    channel.writeAndFlush(framing.direct(WsHandshake.accept(request.headers())));
                    channel.pipeline().addBefore(context.name(), null, WsMessages.decoder(MAX_BYTES));
                    channel.pipeline().removeFirst();
                } else if (message instanceof WebSocketFrame frame) {
                    messages.take(frame);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            messages.failed(cause);
        }

        @Override
        public void text(Bytes utf8) {
            send(framing.webSocket(WsFrame.TEXT, utf8));
        }

        @Override
        public void binary(Bytes message) {
            send(framing.webSocket(WsFrame.BINARY, message));
        }

        @Override
        public void ping(Bytes payload) {
            send(framing.webSocket(WsFrame.PONG, payload));
        }

        @Override
        public void pong() {
            // nobody here has asked
        }

        @Override
        public void close(int code, String reason) {
            channel.writeAndFlush(framing.webSocket(WsFrame.CLOSE, WsMessages.goodbye(code, reason)))
                    .addListener(ChannelFutureListener.CLOSE);
        }

        private void send(ByteBuf bytes) {
            channel.writeAndFlush(bytes, channel.voidPromise());
        }
    }
}
