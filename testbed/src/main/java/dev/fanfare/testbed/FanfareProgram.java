package dev.fanfare.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The program as a process of its own, from the class path of the test that starts it, which must hold `fanfare-hub`.
///
/// Nothing interrupts a wait for output: a program that does not print what is awaited is ended, which fails the wait.
///
/// Threads: confined to the test's.
public final class FanfareProgram implements AutoCloseable {
    private static final String MAIN = "dev.fanfare.hub.Main";
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");

    /// Less than the minute that a test may take.
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Process process;
    private final Duration patience;
    private final BufferedReader out;
    private final StringBuilder printed = new StringBuilder();

    private FanfareProgram(Process process, Duration patience) {
        this.process = process;
        this.patience = patience;
        this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    public static FanfareProgram start(Path folder, String... args) throws IOException {
        return start(folder, PATIENCE, command(args));
    }

    /// Starts it as a process that may have so many files and sockets open.
    public static FanfareProgram startWithDescriptors(int most, Path folder, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + most + " && exec \"$@\"", "sh"));
        command.addAll(command(args));
        return start(folder, PATIENCE, command);
    }

    /// @param patience how long to wait for output
    static FanfareProgram start(Path folder, Duration patience, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
        return new FanfareProgram(builder.redirectErrorStream(true).start(), patience);
    }

    /// Returns the command line that starts the program with these arguments.
    public static List<String> command(String... args) {
        return command(List.of("-XX:TieredStopAtLevel=1"), args);
    }

    /// @param jvm options of the virtual machine
    static List<String> command(List<String> jvm, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED", // as the jar's manifest says
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                MAIN));
        command.addAll(Arrays.asList(args));
        return command;
    }

    /// Sends SIGTERM, and leaves the output open.
    public void signal() {
        process.toHandle().destroy();
    }

    /// Waits for the next line that the program prints; fails at the end of its output.
    public String line() throws IOException {
        return lineWith("");
    }

    /// Waits for a line that contains the text, and returns it.
    public String lineWith(String text) throws IOException {
        String found = read(line -> line.contains(text));
        if (found == null) {
            throw new AssertionError("the program printed no more than\n" + printed);
        }
        return found;
    }

    /// Reads up to a line that is awaited; null if the output ends before.
    private @Nullable String read(Predicate<String> isAwaited) throws IOException {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        over.thenRun(process.toHandle()::destroyForcibly); // leaves the output open
        over.completeOnTimeout(true, patience.toNanos(), TimeUnit.NANOSECONDS);
        String line = next();
        while (line != null && !isAwaited.test(line)) {
            line = next();
        }
        if (!over.cancel(false)) {
            throw new AssertionError("within " + patience + " the program printed no more than\n" + printed);
        }
        return line;
    }

    private @Nullable String next() throws IOException {
        String line = out.readLine();
        if (line != null) {
            printed.append(line).append('\n');
        }
        return line;
    }

    /// Waits for the line that names the hub's address, and returns the port.
    public int port() throws IOException {
        String line = line();
        Matcher address = ADDRESS.matcher(line);
        if (!address.find()) {
            throw new AssertionError("the first line names no address: " + line);
        }
        return Integer.parseInt(address.group(1));
    }

    /// Returns all that it still prints, up to its end.
    public String rest() throws IOException {
        int begin = printed.length();
        read(line -> false);
        return printed.substring(begin);
    }

    /// Waits for its end.
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(50, TimeUnit.SECONDS)) {
            throw new AssertionError("the program still runs");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
