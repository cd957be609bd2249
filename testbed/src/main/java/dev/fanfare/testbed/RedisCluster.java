package dev.fanfare.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A Redis cluster of a test's own: three primaries and a replica of each, all of this machine. It can grow.
///
/// Threads: safe for commands; the rest is one thread's at a time.
public final class RedisCluster implements AutoCloseable {
    private static final int SERVERS = 6;
    private static final int SLOTS = 16384;
    private static final long POLL_NANOS = 20_000_000;
    private static final long DEADLINE_NANOS = 30_000_000_000L;

    private final List<RedisServer> servers;

    private RedisCluster(List<RedisServer> servers) {
        this.servers = new CopyOnWriteArrayList<>(servers); // a test asks while another thread of it lets it grow
    }

    /// Starts the servers, and waits until all of them know all.
    public static RedisCluster start() {
        List<RedisServer> servers = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            servers.add(server());
        }
        RedisCluster cluster = new RedisCluster(servers);
        List<String> command = new ArrayList<>(List.of("--cluster", "create"));
        servers.forEach(server -> command.add(address(server)));
        command.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
        cluster.cli(command);
        cluster.awaitHealthy();
        return cluster;
    }

    private static String address(RedisServer server) {
        return "127.0.0.1:" + server.port();
    }

    private static RedisServer server() {
        String bus = String.valueOf(Ports.free());
        return RedisServer.start(
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "1500",
                "--cluster-port",
                bus,
                "--appendonly",
                "yes",
                "--repl-diskless-sync-delay",
                "0");
    }

    /// Returns the cluster that the tests of this JVM share, emptied. It ends with the JVM.
    public static RedisCluster shared() {
        RedisCluster shared = Shared.CLUSTER;
        shared.primaries().forEach(primary -> primary.run("FLUSHALL"));
        return shared;
    }

    /// Started by the first who asks.
    private static final class Shared {
        static final RedisCluster CLUSTER = start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(CLUSTER::close));
        }
    }

    public String url() {
        return "redis+cluster://" + servers.stream().map(RedisCluster::address).collect(Collectors.joining(","));
    }

    public List<RedisServer> servers() {
        return servers;
    }

    /// Returns the servers that are primaries now, those with slots first.
    public List<RedisServer> primaries() {
        return running().filter(RedisCluster::isPrimary).toList();
    }

    private static boolean isPrimary(RedisServer server) {
        return Objects.toString(server.run("ROLE")).startsWith("[master");
    }

    /// Returns the primary that holds the slot.
    public RedisServer primaryOf(int slot) {
        return primariesBySlot().floorEntry(slot).getValue();
    }

    /// Asks who holds which slots now, and returns each primary by the first slot of each range that it holds.
    public NavigableMap<Integer, RedisServer> primariesBySlot() {
        NavigableMap<Integer, RedisServer> bySlot = new TreeMap<>();
        List<?> ranges = (List<?>) Objects.requireNonNull(primaries().get(0).run("CLUSTER", "SLOTS"));
        for (Object range : ranges) {
            List<?> fields = (List<?>) range;
            long port = (Long) ((List<?>) fields.get(2)).get(1);
            bySlot.put(((Long) fields.get(0)).intValue(), serverAt(port));
        }
        return bySlot;
    }

    private RedisServer serverAt(long port) {
        return servers.stream()
                .filter(server -> server.port() == port)
                .findFirst()
                .orElseThrow();
    }

    /// Adds a primary, which has no slots yet, and its replica.
    public RedisServer grow() {
        RedisServer primary = join();
        join("--cluster-slave", "--cluster-master-id", id(primary));
        awaitHealthy();
        return primary;
    }

    private RedisServer join(String... as) {
        RedisServer server = server();
        List<String> command = new ArrayList<>(List.of("--cluster", "add-node"));
        command.addAll(List.of(address(server), address(servers.get(0))));
        command.addAll(List.of(as));
        servers.add(server);
        cli(command);
        String id = id(server);
        await("all servers to know the new one", () -> running().allMatch(one -> isKnown(id, one)));
        return server;
    }

    private Stream<RedisServer> running() {
        return servers.stream().filter(RedisServer::isRunning);
    }

    private static boolean isKnown(String id, RedisServer server) {
        return String.valueOf(server.run("CLUSTER", "NODES")).contains(id);
    }

    /// Moves so many slots from one primary to another, while they are in use.
    public void move(int slots, RedisServer from, RedisServer to) {
        cli(List.of(
                "--cluster",
                "reshard",
                address(from),
                "--cluster-from",
                id(from),
                "--cluster-to",
                id(to),
                "--cluster-slots",
                String.valueOf(slots),
                "--cluster-yes"));
    }

    private static String id(RedisServer server) {
        return String.valueOf(server.run("CLUSTER", "MYID"));
    }

    /// Waits until every server that runs finds all slots held, and every primary has a replica that follows it.
    public void awaitHealthy() {
        await("the cluster to come together", () -> running().allMatch(RedisCluster::isHealthy));
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("waited in vain for " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /// Waits until replicas hold all that their primaries have been told until now.
    public void awaitInStep() {
        primaries().forEach(RedisServer::awaitReplicaInStep);
    }

    /// Asks about replication first: a server that loads what its primary has sent answers nothing of the cluster.
    private static boolean isHealthy(RedisServer server) {
        String replication = server.replication();
        if (!replication.contains("master_link_status:up") && !replication.contains("state=online")) {
            return false;
        }
        String info = String.valueOf(server.run("CLUSTER", "INFO"));
        return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:" + SLOTS);
    }

    private void cli(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("redis-cli"));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " has failed: " + output);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        servers.forEach(RedisServer::close);
    }
}
