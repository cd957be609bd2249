package dev.fanfare.sqlite;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A main class of these tests that runs in a process of its own.
///
/// Threads: confined to the test.
final class Child implements AutoCloseable {
    private static final int SECONDS = 30;

    /// As Linux says it of a thread.
    private static final Pattern WAKES_OF_FANFARE =
            Pattern.compile("(?s)Name:\\s+fanfare.*\\nvoluntary_ctxt_switches:\\s+(\\d+)");

    private final Process process;
    private final BufferedReader lines;

    Child(Class<?> main, Object... arguments) throws IOException {
        this(List.of(), main, arguments);
    }

    private Child(List<String> wrapper, Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        lines = process.inputReader(StandardCharsets.UTF_8);
    }

    /// Starts one that may write only to what is everybody's to write to, if this user may everything: as another user,
    /// who can still read the classes, wherever they are.
    static Child withoutRights(Class<?> main, Object... arguments) throws IOException {
        List<String> wrapper = List.of(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--inh-caps=-all,+dac_read_search",
                "--ambient-caps=-all,+dac_read_search");
        return new Child(System.getProperty("user.name").equals("root") ? wrapper : List.of(), main, arguments);
    }

    /// Returns the next line that it prints.
    String line() throws IOException {
        return lines.readLine();
    }

    /// Takes whatever it prints from now on, so that it is not held up; completes with that at its end.
    CompletableFuture<List<String>> restOfLines() {
        return CompletableFuture.supplyAsync(() -> lines.lines().toList(), task -> {
            Thread thread = new Thread(task, "lines of " + process.pid());
            thread.setDaemon(true);
            thread.start();
        });
    }

    /// Tells it to go on.
    void tell() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /// Stops it where it is, as a debugger does.
    void freeze() throws Exception {
        new ProcessBuilder("kill", "-STOP", String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /// Lets it go on for so long; returns what it has cost meanwhile.
    Cost costOf(Duration time) throws InterruptedException, IOException {
        Cost before = cost();
        process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        Cost after = cost();
        return new Cost(after.wakes - before.wakes, after.cpu.minus(before.cpu));
    }

    /// What a process costs.
    ///
    /// @param wakes how often a thread of Fanfare has gone on after it had waited
    /// @param cpu of one processor
    record Cost(long wakes, Duration cpu) {}

    private Cost cost() throws IOException {
        long wakes = 0;
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", String.valueOf(process.pid()), "task"))) {
            for (Path thread : threads) {
                wakes += wakes(thread.resolve("status"));
            }
        }
        return new Cost(wakes, process.info().totalCpuDuration().orElseThrow());
    }

    private static long wakes(Path status) {
        try {
            Matcher found = WAKES_OF_FANFARE.matcher(Files.readString(status));
            return found.find() ? Long.parseLong(found.group(1)) : 0;
        } catch (IOException ended) {
            return 0; // none of Fanfare's, which all live on
        }
    }

    /// Waits for its end; tells whether it ended well.
    boolean endsWell() throws InterruptedException {
        return process.waitFor(SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /// Leaves what it has printed to be read, unlike `Process.destroyForcibly`.
    void kill() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() throws IOException {
        kill();
        lines.close();
    }
}
