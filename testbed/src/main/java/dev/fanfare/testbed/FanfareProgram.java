package dev.fanfare.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The program as a process of its own, from the class path of the test that starts it, which must hold `fanfare-hub`.
///
/// Threads: confined to the test's.
public final class FanfareProgram implements AutoCloseable {
    private static final String MAIN = "dev.fanfare.hub.Main";
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final BufferedReader out;

    private FanfareProgram(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    public static FanfareProgram start(Path folder, String... args) throws IOException {
        return start(folder, command(args));
    }

    /// Starts it as a process that may have so many files and sockets open.
    public static FanfareProgram startWithDescriptors(int most, Path folder, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + most + " && exec \"$@\"", "sh"));
        command.addAll(command(args));
        return start(folder, command);
    }

    private static FanfareProgram start(Path folder, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
        return new FanfareProgram(builder.redirectErrorStream(true).start());
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
        String line = out.readLine();
        if (line == null) {
            throw new AssertionError("the program printed no more");
        }
        return line;
    }

    /// Waits for a line that contains the text.
    public void lineWith(String text) throws IOException {
        for (String line = line(); !line.contains(text); ) {
            line = line();
        }
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
        StringBuilder rest = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            rest.append(line).append('\n');
        }
        return rest.toString();
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
