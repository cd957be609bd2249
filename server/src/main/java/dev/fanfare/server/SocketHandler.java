package dev.fanfare.server;

import dev.fanfare.App;
import dev.fanfare.spi.Bytes;

/// `GET /v1/{app}/ws`: the WebSocket.
final class SocketHandler {
    private final Limits limits;

    SocketHandler(Limits limits) {
        this.limits = limits;
    }

    void open(Exchange exchange) {
        exchange.target().requireOnly();
        App app = exchange.app();
        if (exchange.isHttp10()) {
            throw new Refusal(Code.BAD_PARAMETER, "a WebSocket needs HTTP/1.1");
        }
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
