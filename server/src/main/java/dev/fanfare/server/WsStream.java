package dev.fanfare.server;

import dev.fanfare.App;
import dev.fanfare.spi.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/// A WebSocket: requests come in, answers and deliveries go out.
///
/// It is not read from while it takes no more itself, or while many of its requests are under way: so a peer that only
/// asks cannot fill the hub's memory with answers.
///
/// Threads: confined to the event loop.
final class WsStream extends Stream implements WsMessages.Listener {
    private static final int MAX_UNDER_WAY = 64;

    private final WsMessages messages;
    private final WsRequests requests;
    private final Subscriptions subscriptions;
    private int underWay;
    private long nextPing;
    private boolean awaitsPong;
    private long pongDue; // while one is awaited

    WsStream(Hub hub, Loop loop, Channel channel, App app) {
        super(hub, loop, channel, Format.WEBSOCKET, hub.settings().timing().ping());
        Limits limits = hub.settings().limits();
        this.messages = new WsMessages(limits.frameBytes(), limits.fragments(), this);
        this.subscriptions = new Subscriptions(this, limits.namesPerConnection());
        this.requests = new WsRequests(this, app, subscriptions);
        this.nextPing = loop.wheel().now() + hub.settings().timing().ping().toNanos();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof WebSocketFrame frame && !isClosed()) {
                messages.take(frame);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            abort();
        } else {
            messages.failed(cause);
        }
    }

    @Override
    public void text(Bytes utf8) {
        requests.take(utf8);
    }

    @Override
    public void binary(Bytes message) {
        close(WsMessages.UNSUPPORTED, "send JSON as text");
    }

    @Override
    public void ping(Bytes payload) {
        write(loop().framing().webSocket(WsFrame.PONG, payload));
    }

    @Override
    public void pong() {
        awaitsPong = false;
    }

    @Override
    public void close(int code, String reason) {
        leave(closing(code, reason));
    }

    private ByteBuf closing(int code, String reason) {
        return loop().framing().webSocket(WsFrame.CLOSE, WsMessages.goodbye(code, reason));
    }

    void send(Bytes json) {
        if (!isClosed()) {
            write(loop().framing().webSocket(WsFrame.TEXT, json));
        }
    }

    /// Called when a request goes on elsewhere, and again when it is answered.
    void underWay(int change) {
        underWay += change;
        read();
    }

    private void read() {
        if (!isClosed()) {
            channel().config().setAutoRead(underWay < MAX_UNDER_WAY && channel().isWritable());
        }
    }

    /// Pings every so often. What takes nothing is not asked for a pong: it is watched already.
    @Override
    long beat(long now) {
        Timing timing = hub().settings().timing();
        if (awaitsPong && now - pongDue >= 0) {
            awaitsPong = false;
            if (channel().config().isAutoRead()) {
                loop().counts().timedOut();
                abort();
            }
        }
        if (now - nextPing >= 0) {
            nextPing = now + timing.ping().toNanos();
            if (!awaitsPong && takesMore()) {
                awaitsPong = true;
                pongDue = now + timing.pong().toNanos();
                write(loop().framing().webSocket(WsFrame.PING, Bytes.EMPTY));
            }
        }
        return awaitsPong ? Wheel.earlier(nextPing, pongDue) : nextPing;
    }

    @Override
    public void drain() {
        int after = SseStream.pauseAfterRestart(hub());
        ByteBuf goodbye = loop().framing().webSocket(WsFrame.TEXT, ControlJson.goodbye(after));
        leave(Unpooled.wrappedBuffer(goodbye, closing(WsMessages.RESTART, "come back in a moment")));
    }

    @Override
    void closeAsSlow() {
        close(WsMessages.SLOW, "nothing was read for too long");
    }

    @Override
    void fail() {
        close(WsMessages.INTERNAL, "the hub failed");
    }

    @Override
    void ended(Reader reader) {
        subscriptions.ended(reader);
    }

    @Override
    void stallReaders() {
        read();
        subscriptions.forEach(Reader::stall);
    }

    @Override
    void wakeReaders() {
        read();
        subscriptions.forEach(Reader::wake);
    }

    @Override
    void closeReaders() {
        subscriptions.forEach(Reader::close);
    }

    /// Returns all that is subscribed to, for tests.
    List<String> subscribed() {
        return subscriptions.names();
    }
}
