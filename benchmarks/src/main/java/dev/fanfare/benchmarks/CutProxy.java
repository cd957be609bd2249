package dev.fanfare.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Passes connections on to a server, and cuts them all when it is told to; those that come while they are cut are cut
/// at once.
///
/// Threads: safe. Each connection has two threads, one for each direction.
final class CutProxy implements AutoCloseable {
    private final InetSocketAddress server;
    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    CutProxy(InetSocketAddress server) throws IOException {
        this.server = server;
        this.listening = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    void cut() {
        cut = true;
        open.forEach(CutProxy::closeQuietly);
    }

    void mend() {
        cut = false;
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "cut-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                pass(listening.accept());
            } catch (IOException closed) {
                // the loop's condition tells whether that was meant
            }
        }
    }

    private void pass(Socket client) throws IOException {
        if (cut) {
            client.close();
            return;
        }
        Socket behind = new Socket(server.getAddress(), server.getPort());
        for (Socket socket : new Socket[] {client, behind}) {
            socket.setTcpNoDelay(true);
            open.add(socket);
        }
        daemon(() -> copy(client, behind));
        daemon(() -> copy(behind, client));
        if (cut) {
            cut();
        }
    }

    private void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException broken) {
            // both ends are closed, whichever broke
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException already) {
            // it is closed all the same
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
