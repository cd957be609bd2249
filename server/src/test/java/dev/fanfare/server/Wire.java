package dev.fanfare.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A client that sees every byte. Whatever does not come within ten seconds fails the test.
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    record Response(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        /// Returns the code of a problem, empty if it is none.
        String code() {
            return body().replaceFirst("(?s).*\"code\":\"([a-z_0-9]+)\".*", "$1")
                    .replaceFirst("(?s).*[^a-z_0-9].*", "");
        }
    }

    static Wire dial(int port) {
        return dial(port, 0);
    }

    /// @param receiveBuffer the kernel's buffer for what the hub sends; 0 for its default
    static Wire dial(int port, int receiveBuffer) {
        try {
            Socket socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new Wire(socket);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Wire send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Wire send(String text) {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a request; a header `Host: …` among those given replaces the right one.
    Wire request(String method, String path, String body, String... headers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return request(method, path, bytes, headers);
    }

    Wire request(String method, String path, byte[] body, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        boolean named = false;
        for (String header : headers) {
            named |= header.startsWith("Host:");
            head.append(header).append("\r\n");
        }
        if (!named) {
            head.append("Host: localhost:").append(socket.getPort()).append("\r\n");
        }
        if (body.length > 0 || method.equals("POST")) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        byte[] first = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[first.length + body.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(body, 0, all, first.length, body.length);
        return send(all);
    }

    /// Reads a response to its end.
    Response response() {
        return response(false);
    }

    /// @param toHead whether it answers HEAD, and so has no body whatever its headers say
    Response response(boolean toHead) {
        Response head = head();
        boolean bare = toHead || head.status() == 204 || head.status() == 101;
        byte[] body = bare ? new byte[0] : body(head);
        return new Response(head.status(), head.headers(), new String(body, StandardCharsets.UTF_8));
    }

    Response head() {
        List<String> lines =
                until("\r\n\r\n").lines().filter(line -> !line.isEmpty()).toList();
        Map<String, String> headers = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        return new Response(Integer.parseInt(lines.get(0).substring(9, 12)), headers, "");
    }

    private byte[] body(Response head) {
        if (!head.header("Content-Length").isEmpty()) {
            return exactly(Integer.parseInt(head.header("Content-Length")));
        }
        if (head.header("Transfer-Encoding").isEmpty()) {
            return rest();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
            body.writeBytes(chunk);
        }
        return body.toByteArray();
    }

    /// Reads one chunk; empty for the last.
    byte[] chunk() {
        byte[] chunk = exactly(Integer.parseInt(until("\r\n").trim(), 16));
        until("\r\n");
        return chunk;
    }

    /// Reads up to and including `end`.
    String until(String end) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        while (!text.toString(StandardCharsets.UTF_8).endsWith(end)) {
            text.write(exactly(1)[0]);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    byte[] exactly(int length) {
        try {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new IOException(
                        "the hub closed the connection after " + bytes.length + " of " + length + " bytes");
            }
            return bytes;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Reads all that comes before the hub closes the connection.
    byte[] rest() {
        try {
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Tells whether the hub closes the connection, and sends nothing before.
    boolean isClosedByHub() {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
