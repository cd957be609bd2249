package dev.fanfare.testbed;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A hub as a process of its own, that can be killed, frozen and started again at the same address.
///
/// What it prints is in a file of its folder, and is told when a wait for it fails.
///
/// Threads: confined to one at a time, but for `uri` and `probe`.
public final class HubProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int UNAVAILABLE = 69; // as in sysexits.h
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /// Several hubs share a machine with a test: small, and quick to start.
    private static final List<String> JVM =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-Xshare:auto");

    private final Path folder;
    private final HubOptions options;
    private final int port;
    private final Path output;
    private @Nullable Process process;

    /// What the hub says of itself.
    public record Answer(int status, String body) {}

    private HubProcess(Path folder, HubOptions options) {
        this.folder = folder;
        this.options = options;
        this.port = Ports.free();
        this.output = folder.resolve("hub-" + port + ".log");
    }

    /// Starts a hub and waits until it is ready.
    public static HubProcess start(Path folder, HubOptions options) {
        HubProcess hub = new HubProcess(folder, options);
        hub.restart();
        try {
            hub.awaitReady();
        } catch (AssertionError failed) {
            hub.close();
            throw failed;
        }
        return hub;
    }

    /// Starts it again; does not wait until it is ready.
    public void restart() {
        List<String> command = new ArrayList<>(options.wrapper());
        command.addAll(FanfareProgram.command(JVM, options.arguments(port)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
        builder.environment().putAll(options.environment());
        try {
            process = builder.start();
        } catch (IOException failed) {
            throw new AssertionError("cannot start " + command, failed);
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public int port() {
        return port;
    }

    /// Returns the id of its process.
    public long pid() {
        return running().pid();
    }

    /// Waits until it says that it is ready. One that ends because its store has not answered in time is started
    /// again, as whatever supervises a hub would do; any other end fails at once.
    public void awaitReady() {
        await("ready", PATIENCE, () -> {
            if (!running().isAlive()) {
                startAgainAfter(running().exitValue());
            }
            return probe("/readyz").status() == 200;
        });
    }

    private void startAgainAfter(int exitCode) {
        if (exitCode != UNAVAILABLE) {
            throw new AssertionError("the hub has ended with " + exitCode + "; it printed\n" + output());
        }
        restart();
    }

    /// Waits until the condition holds, looking again and again: nothing signals what happens in another process.
    public void await(String what, Duration longest, BooleanSupplier condition) {
        long end = System.nanoTime() + longest.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(
                        "waited " + longest + " for the hub to be " + what + "; it printed\n" + output());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /// Asks for a page; status 0 when it does not answer within two seconds.
    public Answer probe(String path) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) uri().resolve(path).toURL().openConnection();
            connection.setConnectTimeout(2_000);
            connection.setReadTimeout(2_000);
            connection.setRequestProperty(
                    "Connection", "close"); // kept ones would have a thread that outlives the test
            try (var in =
                    connection.getResponseCode() < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                return new Answer(connection.getResponseCode(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } finally {
                connection.disconnect();
            }
        } catch (IOException away) {
            return new Answer(0, String.valueOf(away.getMessage()));
        }
    }

    /// Ends it at once, as a fault of the machine would.
    public void kill() {
        running().destroyForcibly();
        exitCode();
    }

    /// Tells it to stop, and waits for that.
    public int stop() {
        running().destroy();
        return exitCode();
    }

    /// Stops all its threads where they are.
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            Process sent = new ProcessBuilder("kill", "-" + name, "" + pid()).start();
            if (sent.waitFor() != 0) {
                throw new AssertionError("cannot send SIG" + name + " to the hub");
            }
        } catch (IOException failed) {
            throw new AssertionError("cannot send SIG" + name + " to the hub", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }

    /// Waits for its end.
    public int exitCode() {
        try {
            if (!running().waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the hub still runs; it printed\n" + output());
            }
            return running().exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }

    /// Returns all that it has printed, over all its starts.
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private Process running() {
        Process started = process;
        if (started == null) {
            throw new IllegalStateException("the hub was not started");
        }
        return started;
    }

    @Override
    public void close() {
        kill();
    }
}
