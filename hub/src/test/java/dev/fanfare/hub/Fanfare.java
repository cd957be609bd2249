package dev.fanfare.hub;

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

/// The program as a process of its own.
final class Fanfare implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final BufferedReader out;

    private Fanfare(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    static Fanfare start(Path folder, String... args) throws IOException {
        return start(folder, command(args));
    }

    /// Starts it as a process that may have so many files and sockets open.
    static Fanfare startWithDescriptors(int most, Path folder, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + most + " && exec \"$@\"", "sh"));
        command.addAll(command(args));
        return start(folder, command);
    }

    private static Fanfare start(Path folder, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
        return new Fanfare(builder.redirectErrorStream(true).start());
    }

    static List<String> command(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", // as the jar's manifest says
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        command.addAll(Arrays.asList(args));
        return command;
    }

    /// Sends SIGTERM, and leaves the output open.
    void signal() {
        process.toHandle().destroy();
    }

    /// Waits for the next line that the program prints; fails at the end of its output.
    String line() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new AssertionError("the program printed no more");
        }
        return line;
    }

    /// Waits for a line that contains the text.
    void lineWith(String text) throws IOException {
        for (String line = line(); !line.contains(text); ) {
            line = line();
        }
    }

    /// Waits for the line that names the hub's address, and returns the port.
    int port() throws IOException {
        Matcher address = ADDRESS.matcher(line());
        if (!address.find()) {
            throw new AssertionError("the first line names no address");
        }
        return Integer.parseInt(address.group(1));
    }

    String rest() throws IOException {
        StringBuilder rest = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            rest.append(line).append('\n');
        }
        return rest.toString();
    }

    int exitCode() throws InterruptedException {
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
