package dev.fanfare.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A connection that asks: one request after another, each answered before the next is looked at.
///
/// Threads: confined to the event loop.
final class HttpConnection extends ChannelInboundHandlerAdapter implements Connection {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    /// A body may take this much longer for each KiB that has come.
    private static final long NANOS_PER_KIB = 1_000_000_000L;

    private enum State {
        /// Nothing of a request has come.
        IDLE,
        HEAD,
        BODY,
        /// A request is being served; what comes meanwhile waits in `pending`.
        BUSY,
        /// It has become a stream, or is being closed.
        OVER
    }

    private final Hub hub;
    private final Loop loop;
    private final Channel channel;
    private final boolean admitted;
    private final Wheel.Entry entry;
    private final Body body = new Body();
    private final Queue<Object> pending = new ArrayDeque<>(2);
    private State state = State.HEAD;
    private long deadline;
    private long bodyBegan;
    private @Nullable Exchange exchange;
    private @Nullable Runnable onWritable;
    private boolean reading;

    /// @param admitted whether there is room for one more connection; else it is told so, and closed
    HttpConnection(Hub hub, Loop loop, Channel channel, boolean admitted) {
        this.hub = hub;
        this.loop = loop;
        this.channel = channel;
        this.admitted = admitted;
        this.deadline = loop.wheel().now() + hub.settings().timing().head().toNanos();
        this.entry = loop.wheel().add(this, deadline);
    }

    Hub hub() {
        return hub;
    }

    Loop loop() {
        return loop;
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reading = true;
        if (state == State.OVER) {
            ReferenceCountUtil.release(message);
        } else if (state == State.BUSY) {
            pending.add(message);
            channel.config().setAutoRead(false);
        } else {
            take(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!reading && state == State.IDLE) {
            become(State.HEAD, hub.settings().timing().head()); // bytes have come, but no head yet
        }
        reading = false;
        channel.flush();
    }

    private void take(Object message) {
        try {
            if (message instanceof HttpRequest head) {
                begin(head);
            }
            if (message instanceof HttpContent part && state == State.BODY) {
                add(part);
            }
        } catch (RuntimeException refused) {
            refuse(Refusal.of(refused));
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest head) {
        bodyBegan = loop.wheel().now();
        become(State.BODY, hub.settings().timing().body());
        Exchange begun = new Exchange(this, head);
        exchange = begun;
        requireReadable(head.decoderResult());
        begun.route(hub.router());
        if (!admitted) {
            throw new Refusal(Code.TOO_MANY_CONNECTIONS, hub.settings().describeConnectionLimits());
        }
        if (hub.isDraining()) {
            throw new Refusal(Code.SHUTTING_DOWN, "the hub is shutting down; come back in a moment");
        }
        if (HttpUtil.getContentLength(head, 0L) > begun.bodyLimit()) {
            throw Body.tooLarge(begun.bodyLimit());
        }
        if (HttpUtil.is100ContinueExpected(head)) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE), channel.voidPromise());
        }
    }

    private void add(HttpContent part) {
        Exchange current = java.util.Objects.requireNonNull(exchange);
        requireReadable(part.decoderResult());
        body.add(part.content(), current.bodyLimit());
        if (part instanceof LastHttpContent) {
            become(State.BUSY, Duration.ofMinutes(1));
            current.serve(body.take());
        } else {
            deadline = bodyBegan + hub.settings().timing().body().toNanos() + (body.length() >> 10) * NANOS_PER_KIB;
        }
    }

    private static void requireReadable(DecoderResult result) {
        Throwable fault = result.cause();
        if (fault instanceof TooLongHttpLineException || fault instanceof TooLongHttpHeaderException) {
            throw new Refusal(
                    Code.HEADERS_TOO_LARGE,
                    "the URL or the headers are larger than this hub takes: " + fault.getMessage());
        }
        if (fault != null) {
            throw new Refusal(
                    Code.BAD_PARAMETER, "the request is not HTTP as RFC 9112 has it; the connection is closed");
        }
    }

    /// Answers with a refusal; when the request has not been read to its end, nothing can follow it.
    private void refuse(Refusal refusal) {
        Exchange current = exchange;
        if (current == null) {
            abort();
        } else if (state == State.BODY && !current.isWithoutBody()) {
            current.refuseAndClose(refusal);
        } else {
            become(State.BUSY, Duration.ofMinutes(1));
            current.refuse(refusal);
        }
    }

    /// Sends the answer of the request that is being served, and turns to the next.
    void answered(ByteBuf answer) {
        if (state == State.OVER) {
            answer.release();
            return;
        }
        channel.write(answer, channel.voidPromise());
        if (!reading) {
            channel.flush();
        }
        exchange = null;
        become(State.IDLE, hub.settings().timing().idle());
        if (hub.isDraining()) {
            drain();
        } else if (!pending.isEmpty()) {
            loop.execute(this::takePending);
        }
    }

    /// Sends a part of the answer, and goes on once the peer takes more; never if it has gone.
    void part(ByteBuf part, Runnable next) {
        if (state == State.OVER) {
            part.release();
            return;
        }
        channel.writeAndFlush(part, channel.voidPromise());
        if (channel.isWritable()) {
            loop.execute(next);
        } else {
            onWritable = next;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Runnable next = onWritable;
        if (next != null && channel.isWritable()) {
            onWritable = null;
            loop.execute(next);
        }
    }

    private void takePending() {
        while (!pending.isEmpty() && state != State.BUSY && state != State.OVER) {
            take(pending.remove());
        }
        if (pending.isEmpty() && state != State.OVER) {
            channel.config().setAutoRead(true);
        }
    }

    /// Sends the last answer of this connection.
    void answeredLast(ByteBuf answer) {
        if (state == State.OVER) {
            answer.release();
            return;
        }
        release();
        Farewell.say(channel, loop, answer);
    }

    /// Gives the connection up to a stream, which takes this handler's place.
    ///
    /// @return false when the peer has gone meanwhile
    boolean handOver() {
        if (state == State.OVER || !channel.isActive()) {
            return false;
        }
        release();
        return true;
    }

    /// Puts the stream into the place of this handler and the decoder. What a client sends after asking for a stream,
    /// unless it is a WebSocket, is not looked at.
    void replaceBy(ChannelHandler... handlers) {
        channel.pipeline().addLast(handlers);
        channel.pipeline().remove(this);
        channel.pipeline().removeFirst(); // the decoder hands on the bytes it holds
        channel.config().setAutoRead(true);
    }

    private void become(State next, Duration patience) {
        state = next;
        deadline = loop.wheel().now() + patience.toNanos();
    }

    @Override
    public long check(long now) {
        if (now - deadline >= 0 && state != State.BUSY) {
            loop.counts().timedOut();
            abort();
        }
        return Wheel.earlier(deadline, now + 5 * Wheel.TICK_NANOS);
    }

    @Override
    public void drain() {
        if (state == State.IDLE || state == State.HEAD) {
            answeredLast(Unpooled.EMPTY_BUFFER);
        }
    }

    @Override
    public void abort() {
        release();
        channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        abort();
    }

    private void release() {
        if (state != State.OVER) {
            state = State.OVER;
            loop.wheel().remove(entry);
            pending.forEach(ReferenceCountUtil::release);
            pending.clear();
            onWritable = null;
        }
    }
}
