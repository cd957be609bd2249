package dev.fanfare.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A proxy on loopback that does to connections what networks do. It knows bytes only, so that any protocol can pass.
///
/// Toxics are set and taken away while connections last, by name and direction, and hold for all of them.
///
/// Threads: safe; three threads for each connection while it lasts.
public final class FaultProxy implements AutoCloseable {
    private volatile InetSocketAddress server;
    private final int port;
    private final ExecutorService executor = Executors.newCachedThreadPool(task -> new Thread(task, "fault-proxy"));
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final Map<Direction, List<Toxic>> toxics = new EnumMap<>(Direction.class);
    private final Map<Direction, Map<String, Toxic>> named = new EnumMap<>(Direction.class);
    private ServerSocket listening;
    private CompletableFuture<Void> accepting;

    private FaultProxy(InetSocketAddress server) {
        this.server = server;
        this.port = Ports.free();
        for (Direction direction : Direction.values()) {
            named.put(direction, new HashMap<>());
            toxics.put(direction, List.of());
        }
        this.listening = listen();
        this.accepting = accept(listening);
    }

    /// Starts a proxy in front of a server of this machine.
    public static FaultProxy before(int port) {
        return before(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    public static FaultProxy before(InetSocketAddress server) {
        return new FaultProxy(server);
    }

    /// Returns the port on 127.0.0.1 to connect to in place of the server's.
    public int port() {
        return port;
    }

    /// From now on connections go to another server of this machine, as a balancer sends them; those that there are
    /// stay where they are.
    public void turnTo(int serverPort) {
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
    }

    /// Returns how many connections pass through it now.
    public int connections() {
        return connections.size();
    }

    /// From now on `toxic` holds in both directions, in place of what had the same name.
    public void add(String name, Toxic toxic) {
        add(name, Direction.UPSTREAM, toxic);
        add(name, Direction.DOWNSTREAM, toxic);
    }

    public synchronized void add(String name, Direction direction, Toxic toxic) {
        Map<String, Toxic> there = named(direction);
        there.put(name, toxic);
        toxics.put(direction, List.copyOf(there.values()));
    }

    /// Takes away all toxics of that name.
    public synchronized void remove(String name) {
        for (Direction direction : Direction.values()) {
            named(direction).remove(name);
            toxics.put(direction, List.copyOf(named(direction).values()));
        }
    }

    private Map<String, Toxic> named(Direction direction) {
        return named.getOrDefault(direction, Map.of());
    }

    synchronized List<Toxic> toxics(Direction direction) {
        return toxics.getOrDefault(direction, List.of());
    }

    /// Resets all connections that there are; new ones pass.
    public void cut() {
        connections.forEach(ProxiedConnection::reset);
    }

    /// Resets all connections, and refuses new ones until [#up()].
    public synchronized void down() {
        closeQuietly(listening);
        accepting.join(); // until then the kernel takes connections
        cut();
    }

    /// Accepts connections again.
    public synchronized void up() {
        if (listening.isClosed() && !executor.isShutdown()) {
            listening = listen();
            accepting = accept(listening);
        }
    }

    private ServerSocket listen() {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
            return socket;
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot listen on port " + port, failed);
        }
    }

    /// Completes when nothing is accepted any more.
    private CompletableFuture<Void> accept(ServerSocket socket) {
        return CompletableFuture.runAsync(
                () -> {
                    while (!socket.isClosed()) {
                        try {
                            Socket client = socket.accept();
                            executor.execute(() -> serve(client, socket));
                        } catch (IOException over) {
                            return;
                        }
                    }
                },
                executor);
    }

    /// @param door by which it came; once that is closed it has come too late
    private void serve(Socket client, ServerSocket door) {
        try (client;
                Socket upstream = new Socket()) {
            upstream.connect(server, 2_000);
            ProxiedConnection connection = new ProxiedConnection(this, client, upstream);
            connections.add(connection);
            try {
                if (door.isClosed()) {
                    connection.reset();
                }
                connection.run(executor);
            } finally {
                connections.remove(connection);
            }
        } catch (IOException unreachable) {
            // the client sees its connection closed, as it would without a proxy
        }
    }

    private static void closeQuietly(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public synchronized void close() {
        closeQuietly(listening);
        executor.shutdownNow();
        cut();
    }
}
