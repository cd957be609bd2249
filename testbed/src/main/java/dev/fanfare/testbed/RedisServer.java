package dev.fanfare.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A Redis server of a test's own, as a child process: on a free port of this machine, its files in a temporary folder,
/// without persistence unless options ask for it. It can be stopped, killed, frozen and started again, on the same
/// port.
///
/// If the environment names a server in `FANFARE_TEST_REDIS`, as `redis://127.0.0.1:6379`, that one is the shared one.
/// A test empties it: name none that holds anything.
///
/// Threads: safe for commands; starting and stopping are one thread's at a time.
public final class RedisServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);
    private static final long POLL_NANOS = 20_000_000;
    static final String TLS_PORT = "--tls-port";
    private static final String ENVIRONMENT = "FANFARE_TEST_REDIS";

    /// As a primary says it of itself, and of its replica.
    private static final Pattern TOLD = Pattern.compile("master_repl_offset:(\\d+)");

    private static final Pattern HELD = Pattern.compile("slave0:.*offset=(\\d+)");

    private final InetSocketAddress address;
    private final @Nullable Path folder; // null for a server that is not this test's own
    private final List<String> options;
    private @Nullable Process process;

    private RedisServer(InetSocketAddress address, @Nullable Path folder, List<String> options) {
        this.address = address;
        this.folder = folder;
        this.options = options;
    }

    /// Starts a server with further options, as `--appendonly yes`.
    public static RedisServer start(String... options) {
        try {
            Path folder = Files.createTempDirectory("fanfare-redis-");
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Ports.free());
            RedisServer server = new RedisServer(address, folder, List.of(options));
            server.startAgain();
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Starts a server that can also be reached with TLS, at [#tlsPort], and asks nobody for a certificate.
    public static RedisServer startWithTls(SelfSigned certificate, String... options) {
        List<String> all = new ArrayList<>(tls(certificate));
        all.addAll(List.of(options));
        return start(all.toArray(String[]::new));
    }

    /// Returns the options of a program of Redis that also speaks TLS, at a free port.
    static List<String> tls(SelfSigned certificate) {
        List<String> options = new ArrayList<>(List.of(TLS_PORT, String.valueOf(Ports.free())));
        options.addAll(List.of("--tls-auth-clients", "no", "--tls-key-file", String.valueOf(certificate.key())));
        options.addAll(List.of("--tls-cert-file", String.valueOf(certificate.certificate())));
        options.addAll(List.of("--tls-ca-cert-file", String.valueOf(certificate.certificate())));
        return options;
    }

    /// Returns the server that the tests of this JVM share, emptied. It keeps what it is told on disk, and ends with
    /// the JVM.
    public static RedisServer shared() {
        RedisServer shared = Shared.SERVER;
        shared.run("FLUSHALL");
        return shared;
    }

    /// Started by the first who asks.
    private static final class Shared {
        static final RedisServer SERVER = find();

        private static RedisServer find() {
            String named = System.getenv(ENVIRONMENT);
            if (named != null) {
                URI uri = URI.create(named);
                int port = uri.getPort() < 0 ? 6379 : uri.getPort();
                return new RedisServer(new InetSocketAddress(uri.getHost(), port), null, List.of());
            }
            RedisServer server = start("--appendonly", "yes");
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return server;
        }
    }

    /// Starts it once more after a stop or a kill, with the files that it has left.
    public void startAgain() {
        Path home = Objects.requireNonNull(folder, "this server was not started here");
        List<String> command = new ArrayList<>(List.of("redis-server", "--port", String.valueOf(port())));
        command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--dir", home.toString()));
        command.addAll(options);
        Path log = home.resolve("redis.log");
        try {
            Process started = launch(command, log);
            process = started;
            RedisConsole.awaitReady(started, port(), START);
        } catch (IOException failed) {
            close();
            throw new UncheckedIOException(failed);
        }
    }

    /// Starts a program of Redis, its output added to `log`.
    static Process launch(List<String> command, Path log) throws IOException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException missing) {
            throw new IOException(command.get(0) + " cannot be started: apt install redis-server", missing);
        }
    }

    public boolean isRunning() {
        return process != null;
    }

    /// Tells whether it was started here, so that it can be stopped, too.
    public boolean isOwn() {
        return folder != null;
    }

    public int port() {
        return address.getPort();
    }

    /// Makes it a cluster of its own, in which it holds all slots, and waits until it is one.
    public void holdAllSlots() {
        run("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        long end = System.nanoTime() + START.toNanos();
        while (!String.valueOf(run("CLUSTER", "INFO")).startsWith("cluster_state:ok")) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the cluster on port " + port() + " is not ready after " + START);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /// Returns the port at which it speaks TLS.
    public int tlsPort() {
        return Integer.parseInt(options.get(1 + options.indexOf(TLS_PORT)));
    }

    public String url() {
        return "redis://" + address.getHostString() + ":" + port();
    }

    /// Returns the answer as a text, a [Long], null, or a list of these.
    public @Nullable Object run(String... command) {
        return runAll(List.of(List.of(command))).get(0);
    }

    /// Runs one command after the other, over one connection.
    public List<@Nullable Object> runAll(List<List<String>> commands) {
        List<@Nullable Object> answers = new ArrayList<>();
        try (RedisConsole console = RedisConsole.to(address)) {
            for (List<String> command : commands) {
                answers.add(console.run(command.toArray(String[]::new)));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return answers;
    }

    /// Waits until its replica holds all that it has been told until now.
    public void awaitReplicaInStep() {
        long end = System.nanoTime() + START.toNanos();
        long told = number(replication(), TOLD);
        while (number(replication(), HELD) < told) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the replica of " + port() + " does not catch up in " + START);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    String replication() {
        return String.valueOf(run("INFO", "replication"));
    }

    private static long number(String text, Pattern pattern) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Long.parseLong(found.group(1)) : -1;
    }

    /// Cuts the connections of all clients, from its side.
    public void cutConnections() {
        run("CLIENT", "KILL", "TYPE", "pubsub");
        run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }

    /// Ends it in order: what it is to keep is kept.
    public void stop() {
        end(false);
    }

    /// Ends it at once, as a crash does.
    public void kill() {
        end(true);
    }

    private void end(boolean forcibly) {
        Process running = Objects.requireNonNull(process, "this server is not running");
        if (forcibly) {
            running.destroyForcibly();
        } else {
            running.destroy();
        }
        try {
            if (!running.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("Redis on port " + port() + " does not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        process = null;
    }

    /// Freezes it: its connections stay open, and nothing is answered.
    public void pause() {
        signal("-STOP");
    }

    public void resume() {
        signal("-CONT");
    }

    private void signal(String signal) {
        Process running = Objects.requireNonNull(process, "this server is not running");
        try {
            Process kill = new ProcessBuilder("kill", signal, String.valueOf(running.pid())).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill " + signal + " has failed");
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Kills it, and deletes its files.
    @Override
    public void close() {
        if (process != null) {
            kill();
        }
        if (folder != null) {
            delete(folder);
        }
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
