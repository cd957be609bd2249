package dev.fanfare.server;

import dev.fanfare.App;
import dev.fanfare.spi.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// `GET /v1/{app}/ws`: the WebSocket.
final class SocketHandler {
    private final Limits limits;

    SocketHandler(Limits limits) {
        this.limits = limits;
    }

    /// Refuses for now, in a way that a page can read: it opens the WebSocket, says why, and closes it.
    static ByteBuf refusal(Exchange exchange, Refusal refusal) {
        Framing framing = exchange.loop().framing();
        int code = refusal.code() == Code.SHUTTING_DOWN ? WsMessages.RESTART : WsMessages.LIMIT;
        return Unpooled.wrappedBuffer(
                framing.direct(WsHandshake.accept(exchange.headers())),
                framing.webSocket(WsFrame.TEXT, ControlJson.refused(refusal, SseStream.pause(exchange.hub()))),
                framing.webSocket(
                        WsFrame.CLOSE, WsMessages.goodbye(code, refusal.code().wireName())));
    }

    void open(Exchange exchange) {
        exchange.target().requireOnly();
        App app = exchange.app();
        Bytes head = WsHandshake.accept(exchange.headers());
        if (exchange.connection().handOver()) {
            var stream = new WsStream(exchange.hub(), exchange.loop(), exchange.channel(), app);
            exchange.channel()
                    .writeAndFlush(
                            exchange.loop().framing().direct(head),
                            exchange.channel().voidPromise());
            exchange.connection().replaceBy(WsMessages.decoder(limits.frameBytes()), stream);
        }
    }
}
