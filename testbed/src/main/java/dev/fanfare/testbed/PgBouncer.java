package dev.fanfare.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A PgBouncer before a server, which gives a session to a client for one transaction only.
///
/// Threads: confined to a test.
public final class PgBouncer implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Path folder;
    private final Process process;
    private final int port;

    private PgBouncer(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    public static PgBouncer before(PostgresServer server) {
        try {
            Path folder = PostgresPrograms.newFolder();
            int port = Ports.free();
            Path users = Files.writeString(
                    folder.resolve("users"), "\"%s\" \"%s\"\n".formatted(PostgresServer.USER, PostgresServer.PASSWORD));
            Path settings = Files.writeString(folder.resolve("settings"), """
                    [databases]
                    postgres = host=127.0.0.1 port=%d
                    [pgbouncer]
                    listen_addr = 127.0.0.1
                    listen_port = %d
                    unix_socket_dir =
                    auth_type = scram-sha-256
                    auth_file = %s
                    pool_mode = transaction
                    default_pool_size = 10
                    ignore_startup_parameters = extra_float_digits
                    """.formatted(server.port(), port, users));
            List<String> command = new ArrayList<>(PostgresPrograms.asNobody());
            command.addAll(List.of("pgbouncer", settings.toString()));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            PgBouncer started = new PgBouncer(folder, process, port);
            started.awaitListening();
            return started;
        } catch (IOException fault) {
            throw new UncheckedIOException("PgBouncer does not start; is it installed? apt install pgbouncer", fault);
        }
    }

    private void awaitListening() throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException notYet) {
                Thread.onSpinWait();
            }
        }
        throw new IOException("it ended: " + Files.readString(folder.resolve("log")));
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            try (Stream<Path> all = Files.list(folder)) {
                for (Path each : all.toList()) {
                    Files.delete(each);
                }
            }
            Files.delete(folder);
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
