package dev.fanfare.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A Redis primary and its replica, and three Sentinels that watch over them, all of this machine.
///
/// Threads: safe for commands; the rest is one thread's at a time.
public final class RedisSentinel implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);
    private static final long POLL_NANOS = 20_000_000;
    private static final String NAME = "primary";
    private static final String PASSWORD = "--requirepass";

    private final List<RedisServer> servers;
    private final List<Sentinel> sentinels;

    private record Sentinel(Process process, int port, Path folder, List<String> options) {
        @Nullable
        Object run(String... command) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            try (RedisConsole console = RedisConsole.to(address)) {
                if (options.contains(PASSWORD)) {
                    console.run("AUTH", options.get(1 + options.indexOf(PASSWORD)));
                }
                return console.run(command);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    private RedisSentinel(List<RedisServer> servers, List<Sentinel> sentinels) {
        this.servers = servers;
        this.sentinels = sentinels;
    }

    /// Starts all, and waits until they know each other.
    public static RedisSentinel start() {
        return start(List.of());
    }

    /// Starts all, and the Sentinels want this password. The servers want none, and take any.
    public static RedisSentinel startWithPassword(String password) {
        return start(List.of(PASSWORD, password));
    }

    /// Starts a primary and one Sentinel, which are to be reached, and reach each other, with TLS. There is no replica.
    public static RedisSentinel startWithTls(SelfSigned certificate) {
        RedisServer primary = RedisServer.startWithTls(certificate);
        List<String> options = new ArrayList<>(RedisServer.tls(certificate));
        options.addAll(List.of("--tls-replication", "yes"));
        return new RedisSentinel(List.of(primary), List.of(sentinel("localhost " + primary.tlsPort() + " 1", options)));
    }

    private static RedisSentinel start(List<String> options) {
        RedisServer primary = RedisServer.start("--repl-diskless-sync-delay", "0");
        RedisServer replica = RedisServer.start(
                "--replicaof", "127.0.0.1", String.valueOf(primary.port()), "--repl-diskless-sync-delay", "0");
        List<Sentinel> sentinels = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sentinels.add(sentinel("127.0.0.1 " + primary.port() + " 2", options));
        }
        RedisSentinel all = new RedisSentinel(List.of(primary, replica), sentinels);
        all.awaitWatched();
        return all;
    }

    /// @param watched the primary's host and port, and how many Sentinels must find it down
    private static Sentinel sentinel(String watched, List<String> options) {
        try {
            Path folder = Files.createTempDirectory("fanfare-sentinel-");
            int port = Ports.free();
            Path configuration = Files.writeString(
                    folder.resolve("sentinel.conf"), """
                    port %d
                    bind 127.0.0.1
                    dir %s
                    sentinel resolve-hostnames yes
                    sentinel announce-hostnames yes
                    sentinel monitor %s %s
                    # a new primary is asked for the first time a second after a failover: with less it would count as down
                    sentinel down-after-milliseconds %s 2000
                    sentinel failover-timeout %s 3000
                    """.formatted(port, folder, NAME, watched, NAME, NAME));
            List<String> command = new ArrayList<>(List.of("redis-server", configuration.toString(), "--sentinel"));
            command.addAll(options);
            Process process = RedisServer.launch(command, folder.resolve("sentinel.log"));
            RedisConsole.awaitReady(process, port, START);
            return new Sentinel(process, port, folder, options);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Waits until every Sentinel knows the two others and a replica that could take over.
    public void awaitWatched() {
        await("the Sentinels to know each other", () -> sentinels.stream().allMatch(RedisSentinel::isReady));
    }

    private static boolean isReady(Sentinel sentinel) {
        String primary = Objects.toString(sentinel.run("SENTINEL", "MASTER", NAME));
        return primary.contains("num-slaves, 1") && primary.contains("num-other-sentinels, 2") && hasReplica(sentinel);
    }

    private static boolean hasReplica(Sentinel sentinel) {
        return Objects.toString(sentinel.run("SENTINEL", "REPLICAS", NAME)).contains("master-link-status, ok");
    }

    /// Starts one that was killed once more, as the replica of the primary that there is now. Left alone, Sentinels
    /// would make it that by and by.
    public void startAgain(RedisServer killed) {
        killed.startAgain();
        killed.run("REPLICAOF", "127.0.0.1", String.valueOf(primary().port()));
        awaitWatched();
    }

    /// Waits until the Sentinels name another primary than `old`.
    public void awaitFailover(RedisServer old) {
        await("a failover", () -> primary() != old);
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + START.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("waited " + START + " for " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /// Returns the server that the Sentinels name as the primary.
    public RedisServer primary() {
        List<?> named =
                (List<?>) Objects.requireNonNull(sentinels.get(0).run("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME));
        int port = Integer.parseInt((String) named.get(1));
        return servers.stream()
                .filter(server -> server.port() == port)
                .findFirst()
                .orElseThrow();
    }

    /// Returns the server that is not the primary.
    public RedisServer replica() {
        RedisServer primary = primary();
        return servers.stream().filter(server -> server != primary).findFirst().orElseThrow();
    }

    /// Returns the address of the only Sentinel, with TLS.
    public String tlsUrl() {
        List<String> options = sentinels.get(0).options;
        return "rediss+sentinel://localhost:" + options.get(1 + options.indexOf(RedisServer.TLS_PORT)) + "/" + NAME;
    }

    public String url() {
        return "redis+sentinel://"
                + sentinels.stream()
                        .map(sentinel -> "127.0.0.1:" + sentinel.port)
                        .collect(Collectors.joining(","))
                + "/" + NAME;
    }

    @Override
    public void close() {
        sentinels.forEach(sentinel -> {
            sentinel.process.destroyForcibly();
            RedisServer.delete(sentinel.folder);
        });
        servers.forEach(RedisServer::close);
    }
}
