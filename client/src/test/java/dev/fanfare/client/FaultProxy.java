package dev.fanfare.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/// A proxy on loopback that does to connections what networks do.
///
/// Threads: safe; two threads for each connection while it lasts.
public final class FaultProxy implements AutoCloseable {
    /// Has the hub close after its answer: a second request on the same connection would escape the plan.
    private static final String ONE_REQUEST = "\r\nConnection: close\r\n";

    private final ServerSocket listening;
    private final Function<String, Fault> plan;
    private final ExecutorService executor = Executors.newCachedThreadPool(FaultProxy::thread);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile int hubPort;
    private volatile boolean closed;

    /// How a connection ends before its time.
    public enum Cut {
        RESET,
        CLOSE,
        /// As the end of the answer, which a hub gives an older client that knows no chunks: nothing looks broken.
        END
    }

    /// What is done to a connection's answers.
    ///
    /// @param cutAfter how many bytes of the body pass before it is cut
    /// @param slice the most bytes that pass at once
    /// @param latencyNanos how late each piece is
    public record Fault(long cutAfter, Cut cut, int slice, long latencyNanos) {
        public static final Fault NONE = cut(Long.MAX_VALUE, Cut.CLOSE);

        public static Fault cut(long after, Cut cut) {
            return new Fault(after, cut, 64 << 10, 0);
        }

        public static Fault slow(int slice, long latencyNanos) {
            return new Fault(Long.MAX_VALUE, Cut.CLOSE, slice, latencyNanos);
        }
    }

    /// @param plan says what to do to a connection, by the first line of its first request
    public FaultProxy(String address, int hubPort, Function<String, Fault> plan) {
        this.hubPort = hubPort;
        this.plan = plan;
        try {
            listening = new ServerSocket(0, 512, InetAddress.getByName(address));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        executor.execute(this::accept);
    }

    public String uri() {
        return "http://" + listening.getInetAddress().getHostAddress() + ":" + listening.getLocalPort();
    }

    /// From now on new connections go to another hub.
    public void leadTo(int port) {
        hubPort = port;
    }

    /// Cuts all connections that there are.
    public void cutAll() {
        sockets.forEach(socket -> cut(socket, true));
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listening.accept();
                executor.execute(() -> serve(client));
            } catch (IOException over) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket hub = new Socket()) {
            sockets.add(client);
            client.setTcpNoDelay(true);
            String line = firstLine(client.getInputStream());
            Fault fault = plan.apply(line);
            hub.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), hubPort));
            hub.setTcpNoDelay(true);
            String asked = fault.cut == Cut.END ? line.replace("HTTP/1.1", "HTTP/1.0") : line;
            hub.getOutputStream().write((asked + ONE_REQUEST).getBytes(StandardCharsets.ISO_8859_1));
            executor.execute(() -> pass(client, hub));
            answer(new BufferedInputStream(hub.getInputStream()), client, fault);
        } catch (IOException over) {
            // either side is gone, and with it the connection
        } finally {
            sockets.remove(client);
        }
    }

    private static String firstLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed before a request");
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }

    private static void pass(Socket client, Socket hub) {
        try {
            client.getInputStream().transferTo(hub.getOutputStream());
        } catch (IOException over) {
            // told by closing
        }
        cut(hub, false);
    }

    private static void answer(InputStream from, Socket client, Fault fault) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(head(from));
        byte[] bytes = new byte[fault.slice];
        for (long left = fault.cutAfter; left > 0; ) {
            int length = from.read(bytes, 0, (int) Math.min(bytes.length, left));
            if (length < 0) {
                return;
            }
            if (fault.latencyNanos > 0) {
                LockSupport.parkNanos(fault.latencyNanos);
            }
            out.write(bytes, 0, length);
            left -= length;
        }
        cut(client, fault.cut == Cut.RESET);
    }

    /// Reads to the end of the first answer's headers: whoever gets half of them may rightly give up for good.
    private static byte[] head(InputStream from) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int ends = 0; ends < 2; ) {
            int b = from.read();
            if (b < 0) {
                break;
            }
            head.write(b);
            ends = b == '\n' ? ends + 1 : b == '\r' ? ends : 0;
        }
        return head.toByteArray();
    }

    private static void cut(Socket socket, boolean reset) {
        try {
            if (reset) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException gone) {
            // that is what was wanted
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        cutAll();
        executor.shutdownNow();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "fault-proxy");
        thread.setDaemon(true);
        return thread;
    }
}
