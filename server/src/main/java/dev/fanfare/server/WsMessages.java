package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Makes messages of the frames that a WebSocket's peer sends, and keeps the rules of RFC 6455 for them.
///
/// Threads: confined to the event loop.
final class WsMessages {
    static final int NORMAL = 1000;
    static final int PROTOCOL_ERROR = 1002;
    static final int UNSUPPORTED = 1003;
    static final int BAD_UTF8 = 1007;
    static final int POLICY = 1008;
    static final int TOO_BIG = 1009;
    static final int INTERNAL = 1011;
    static final int RESTART = 1012;
    static final int SLOW = 4408;
    static final int LIMIT = 4429;

    /// What is done with what comes. After `close` nothing comes any more.
    interface Listener {
        void text(Bytes utf8);

        void binary(Bytes message);

        void ping(Bytes payload);

        void pong();

        /// Says goodbye with that code, in answer to the peer's goodbye or because the peer broke a rule.
        void close(int code, String reason);
    }

    private final int maxFragments;
    private final int maxBytes;
    private final Listener listener;
    private final Body body = new Body();
    private boolean inMessage;
    private boolean isText;
    private int fragments;
    private boolean over;

    WsMessages(int maxBytes, int maxFragments, Listener listener) {
        this.maxBytes = maxBytes;
        this.maxFragments = maxFragments;
        this.listener = listener;
    }

    /// Returns what cuts the peer's bytes into frames, to stand before the handler that owns this.
    static ChannelHandler decoder(int maxBytes) {
        return new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(false)
                .maxFramePayloadLength(maxBytes)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false) // whole messages are checked here
                .build());
    }

    /// Takes a frame, which stays its owner's to release.
    void take(WebSocketFrame frame) {
        if (over) {
            return;
        }
        if (frame instanceof PingWebSocketFrame) {
            listener.ping(bytes(frame.content()));
        } else if (frame instanceof PongWebSocketFrame) {
            listener.pong();
        } else if (frame instanceof CloseWebSocketFrame close) {
            close(close.statusCode() < 0 ? NORMAL : close.statusCode(), "");
        } else {
            takePart(frame);
        }
    }

    /// Takes what the decoder found wrong.
    void failed(Throwable cause) {
        Throwable fault = cause.getCause() == null ? cause : cause.getCause();
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            close(corrupted.closeStatus().code(), corrupted.closeStatus().reasonText());
        } else if (fault instanceof CorruptedWebSocketFrameException corrupted) {
            close(corrupted.closeStatus().code(), corrupted.closeStatus().reasonText());
        } else {
            close(INTERNAL, "the hub failed");
        }
    }

    private void takePart(WebSocketFrame frame) {
        if (frame instanceof ContinuationWebSocketFrame != inMessage) {
            close(PROTOCOL_ERROR, inMessage ? "expected a continuation" : "nothing to continue");
            return;
        }
        if (!inMessage) {
            inMessage = true;
            fragments = 0;
            isText = frame instanceof TextWebSocketFrame;
        }
        if (++fragments > maxFragments) {
            close(POLICY, "a message may come in " + maxFragments + " frames");
        } else if (frame.content().readableBytes() > maxBytes - body.length()) {
            close(TOO_BIG, "a message may have " + maxBytes + " bytes");
        } else {
            body.add(frame.content(), maxBytes);
            if (frame.isFinalFragment()) {
                finish();
            }
        }
    }

    private void finish() {
        inMessage = false;
        Bytes message = body.take();
        if (!isText) {
            listener.binary(message);
        } else if (isUtf8(message)) {
            listener.text(message);
        } else {
            close(BAD_UTF8, "a text message must be UTF-8");
        }
    }

    private void close(int code, String reason) {
        if (!over) {
            over = true;
            listener.close(code, reason);
        }
    }

    /// Returns the payload of a frame that says goodbye.
    static Bytes goodbye(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[2 + text.length];
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, text.length);
        return Bytes.owning(payload);
    }

    private static Bytes bytes(ByteBuf content) {
        return Bytes.owning(ByteBufUtil.getBytes(content));
    }

    private static boolean isUtf8(Bytes text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(text.asByteBuffer());
            return true;
        } catch (CharacterCodingException malformed) {
            return false;
        }
    }
}
