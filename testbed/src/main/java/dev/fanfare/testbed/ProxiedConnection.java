package dev.fanfare.testbed;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/// One connection through a [FaultProxy]: a pipe in each direction.
///
/// Threads: safe.
final class ProxiedConnection {
    private final FaultProxy proxy;
    private final Socket client;
    private final Socket server;
    private final CountDownLatch pipes = new CountDownLatch(2);

    ProxiedConnection(FaultProxy proxy, Socket client, Socket server) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
    }

    /// Passes bytes until both directions are over.
    void run(Executor executor) throws IOException {
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        executor.execute(() -> pass(Direction.UPSTREAM, client, server));
        executor.execute(() -> pass(Direction.DOWNSTREAM, server, client));
        try {
            pipes.await();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(Direction direction, Socket from, Socket to) {
        try {
            new ToxicPipe(() -> proxy.toxics(direction), this).pass(from.getInputStream(), to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException cut) {
            close();
        } finally {
            pipes.countDown();
        }
    }

    /// Ends it as a peer that has crashed does: both sides see a reset.
    void reset() {
        reset(client);
        reset(server);
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException gone) {
            // that is what was wanted
        }
    }

    void close() {
        try (client;
                server) {
            // both, whatever the first says
        } catch (IOException gone) {
            // that is what was wanted
        }
    }
}
