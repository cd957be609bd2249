package dev.fanfare.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL server for tests, on a free port of this machine, with a data folder of its own. It can be stopped,
/// killed, frozen and started again.
///
/// Threads: confined to a test.
public final class PostgresServer implements AutoCloseable {
    /// The environment's variable that names a server to be used for tests that need not stop it: a JDBC address, with
    /// user and password.
    public static final String VARIABLE = "FANFARE_TEST_POSTGRES";

    static final String USER = "postgres";
    static final String PASSWORD = "secret";
    private static @Nullable PostgresServer shared; // guarded by the class

    private final PostgresPrograms programs;
    private final Path folder;
    private final int port;
    private boolean running;

    private PostgresServer(PostgresPrograms programs, Path folder, int port) {
        this.programs = programs;
        this.folder = folder;
        this.port = port;
    }

    /// Starts a new server.
    ///
    /// @param settings lines of its configuration
    public static PostgresServer start(String... settings) {
        try {
            PostgresServer server = made(List.of(settings));
            server.start();
            return server;
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    /// Starts a new server that also talks TLS, and proves itself by the certificate.
    public static PostgresServer start(SelfSigned certificate) {
        try {
            PostgresServer server = made(List.of("ssl = on"));
            PostgresPrograms.writeSecret(
                    server.data().resolve("server.crt"), Files.readString(certificate.certificate()));
            PostgresPrograms.writeSecret(server.data().resolve("server.key"), Files.readString(certificate.key()));
            server.start();
            return server;
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    private static PostgresServer made(List<String> settings) throws IOException {
        PostgresServer server =
                new PostgresServer(PostgresPrograms.unpacked(), PostgresPrograms.newFolder(), Ports.free());
        server.make(settings);
        return server;
    }

    /// Returns the server that all tests of this process share, running.
    public static synchronized PostgresServer shared() {
        PostgresServer found = shared;
        if (found == null) {
            found = start("max_connections = 300");
            Runtime.getRuntime().addShutdownHook(new Thread(found::close));
            shared = found;
        }
        return found;
    }

    /// Returns the address of a server that is not to be disturbed: the one that the environment names, or the shared
    /// one.
    public static String someAddress() {
        String named = System.getenv(VARIABLE);
        return named == null ? shared().address() : named;
    }

    private void make(List<String> settings) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), PASSWORD);
        password.toFile().setReadable(true, false);
        programs.run(
                "initdb",
                "--pgdata=" + data(),
                "--username=" + USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync");
        String own = """
                port = %d
                listen_addresses = '127.0.0.1'
                unix_socket_directories = ''
                """.formatted(port);
        Files.writeString(data().resolve("postgresql.auto.conf"), own + String.join("\n", settings) + "\n");
    }

    /// Starts a standby of this server, which is stopped for as long as that takes. It follows until it is promoted.
    public PostgresServer startStandby() {
        try {
            stop();
            PostgresServer standby = new PostgresServer(programs, PostgresPrograms.newFolder(), Ports.free());
            PostgresPrograms.copy(data(), standby.data());
            Files.writeString(standby.data().resolve("standby.signal"), "");
            Files.writeString(
                    standby.data().resolve("postgresql.auto.conf"),
                    "port = %d\nprimary_conninfo = 'host=127.0.0.1 port=%d user=%s password=%s'\n"
                            .formatted(standby.port, port, USER, PASSWORD),
                    StandardOpenOption.APPEND);
            start();
            standby.start();
            return standby;
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    /// Makes a standby the primary.
    public void promote() {
        programs.run("pg_ctl", "promote", "--wait", "--pgdata=" + data(), "--silent");
    }

    private Path data() {
        return folder.resolve("data");
    }

    public int port() {
        return port;
    }

    public String address() {
        return addressAt(port);
    }

    /// Returns the address of whichever of two servers is the primary.
    public String addressWith(PostgresServer other) {
        return address().replace(":" + port + "/", ":" + port + ",127.0.0.1:" + other.port + "/");
    }

    /// Returns the address by which the server is reached through something that listens on another port.
    public String addressAt(int otherPort) {
        return "jdbc:postgresql://127.0.0.1:" + otherPort + "/postgres?user=" + USER + "&password=" + PASSWORD;
    }

    /// Starts the server again, and waits until it answers.
    public void start() {
        programs.run("pg_ctl", "start", "--wait", "--pgdata=" + data(), "--log=" + folder.resolve("log"), "--silent");
        running = true;
    }

    /// Stops the server: the sessions are ended, what was committed is written.
    public void stop() {
        stop("fast");
    }

    /// Stops it as a crash does: nothing is written, and the next start recovers.
    public void crash() {
        stop("immediate");
    }

    private void stop(String mode) {
        if (running) {
            running = false;
            programs.run("pg_ctl", "stop", "--wait", "--mode=" + mode, "--pgdata=" + data(), "--silent");
        }
    }

    /// Stops all of the server's processes where they are: connections stay open and nothing is answered.
    public void freeze() {
        signal("STOP");
    }

    /// Lets a frozen server go on.
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            String postmaster =
                    Files.readAllLines(data().resolve("postmaster.pid")).get(0);
            ProcessHandle server = ProcessHandle.of(Long.parseLong(postmaster)).orElseThrow();
            List<String> command = new ArrayList<>(List.of("kill", "-" + name, postmaster));
            server.descendants().forEach(process -> command.add(String.valueOf(process.pid())));
            new ProcessBuilder(command).start().waitFor();
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            crash();
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }
}
