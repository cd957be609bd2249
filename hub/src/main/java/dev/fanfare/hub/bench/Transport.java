package dev.fanfare.hub.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// How a reader is connected.
public enum Transport {
    SSE {
        @Override
        void subscribe(SocketChannel channel, URI hub, String app, String topic) throws IOException {
            request(channel, hub, "/v1/" + app + "/events?topic=" + topic, "Accept: text/event-stream\r\n");
            awaitText(channel, "\"type\":\"subscribed\"");
        }
    },
    WS {
        @Override
        void subscribe(SocketChannel channel, URI hub, String app, String topic) throws IOException {
            request(channel, hub, "/v1/" + app + "/ws", String.join("\r\n", UPGRADE));
            awaitText(channel, "\r\n\r\n");
            send(channel, frame(TEXT, "{\"type\":\"subscribe\",\"id\":1,\"topic\":\"" + topic + "\"}"));
            awaitText(channel, "\"type\":\"ok\"");
        }
    };

    private static final List<String> UPGRADE = List.of(
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "");
    private static final int TEXT = 0x81;
    private static final int PONG = 0x8a;

    /// Opens a connection that has subscribed to the topic.
    public SocketChannel open(URI hub, String app, String topic) throws IOException {
        int port = hub.getPort() < 0 ? 80 : hub.getPort();
        SocketChannel channel =
                SocketChannel.open(new InetSocketAddress(hub.getHost().replaceAll("[\\[\\]]", ""), port));
        try {
            subscribe(channel, hub, app, topic);
            return channel;
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    abstract void subscribe(SocketChannel channel, URI hub, String app, String topic) throws IOException;

    /// Returns a sign of life that a hub takes at any time.
    static ByteBuffer pong() {
        return frame(PONG, "");
    }

    /// Returns the name used in flags and results.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static void request(SocketChannel channel, URI hub, String path, String headers) throws IOException {
        String text = "GET " + path + " HTTP/1.1\r\nHost: " + hub.getRawAuthority() + "\r\n" + headers + "\r\n";
        send(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void send(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void awaitText(SocketChannel channel, String awaited) throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(8 << 10);
        while (channel.read(answer) > 0) {
            String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
            if (text.contains(awaited)) {
                return;
            }
            if (!text.startsWith("HTTP/1.1 200") && !text.startsWith("HTTP/1.1 101") && !text.startsWith("\u0081")) {
                throw new IOException(
                        "the hub refused a reader: " + text.lines().findFirst().orElse(""));
            }
        }
        throw new EOFException("the hub closed a reader's connection: it may have reached a limit");
    }

    /// Frames a short text; its mask is zero, which leaves it as it is.
    private static ByteBuffer frame(int opcode, String text) {
        byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
        if (payload.length > 125) {
            throw new IllegalArgumentException("longer than a short frame: " + payload.length);
        }
        ByteBuffer frame = ByteBuffer.allocate(6 + payload.length);
        frame.put((byte) opcode).put((byte) (0x80 | payload.length)).putInt(0).put(payload);
        return frame.flip();
    }
}
