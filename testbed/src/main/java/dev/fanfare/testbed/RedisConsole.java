package dev.fanfare.testbed;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A connection over which a test commands a Redis server, apart from all that the test is about.
///
/// Threads: confined to one at a time.
final class RedisConsole implements AutoCloseable {
    private static final long POLL_NANOS = 5_000_000;

    private final Socket socket;
    private final InputStream in;

    private RedisConsole(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static RedisConsole to(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.connect(server, 2_000);
        socket.setSoTimeout(20_000);
        return new RedisConsole(socket);
    }

    /// Waits until a server of this machine answers: a process that is starting gives no other sign.
    static void awaitReady(Process process, int port, Duration deadline) throws IOException {
        long end = System.nanoTime() + deadline.toNanos();
        while (!isReady(port)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException("Redis on port " + port + " is not ready after " + deadline);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean isReady(int port) {
        try (RedisConsole console = to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            return "PONG".equals(console.run("PING"));
        } catch (IOException notYet) {
            return String.valueOf(notYet.getMessage()).startsWith("NOAUTH"); // nor does it ever, without its password
        }
    }

    /// Returns a text, a [Long], null, or a list of these.
    ///
    /// @throws IOException if the server answers with an error
    @Nullable
    Object run(String... command) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(ascii("*" + command.length + "\r\n"));
        for (String word : command) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            request.writeBytes(ascii("$" + bytes.length + "\r\n"));
            request.writeBytes(bytes);
            request.writeBytes(ascii("\r\n"));
        }
        socket.getOutputStream().write(request.toByteArray());
        return reply();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private @Nullable Object reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case ':' -> Long.valueOf(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> list(Integer.parseInt(rest));
            default -> throw new IOException(rest);
        };
    }

    private @Nullable String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        line();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private List<@Nullable Object> list(int length) throws IOException {
        List<@Nullable Object> all = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            all.add(reply());
        }
        return all;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server has closed the connection");
            }
            line.append((char) next);
        }
        if (line.length() > 0) {
            line.setLength(line.length() - 1);
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
