package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.fanfare.hub.config.Configuration;
import dev.fanfare.testbed.FanfareProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// Runs what the README shows, and compares what comes out with what it says.
///
/// A line after `$` is run by bash; the lines below it are what it prints, in that order, `…` standing for anything.
/// The README's port is replaced by a free one, and `./fanfare` by this build's program.
final class ReadmeTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern BLOCK = Pattern.compile("```(\\w+)\n(.*?)```", Pattern.DOTALL);

    /// Tells the site when the element shows that the job is complete.
    private static final String WATCHER = """
            <script>
            const bar = document.querySelector("fanfare-progress");
            const look = () => bar.getAttribute("status") === "complete" && fetch("/shown");
            new MutationObserver(look).observe(bar, { attributes: true });
            look();
            </script>
            """;

    private final String readme = read(ROOT.resolve("README.md"));

    @TempDir
    Path folder;

    @TempDir(cleanup = CleanupMode.NEVER) // a browser writes there until the moment it is gone
    Path profile;

    private record Block(String language, String text) {}

    /// A command that was started, and what it is still to print.
    private record Running(String command, Process process, List<String> expected) {}

    @Test
    void itHasAtMost150LinesAndOnlyBlocksThatATestRuns() {
        assertThat(readme.lines().count()).isLessThanOrEqualTo(150);
        assertThat(blocks()).extracting(Block::language).containsOnly("sh", "java", "text", "console", "html");
    }

    @Test
    void itsFirstCommandsAreThere() throws Exception {
        Block first = blocks().get(0);
        assertThat(first.text()).contains("./fanfare demo ").contains("./verify ");
        assertThat(ROOT.resolve("verify")).isExecutable();
        assertThat(ROOT.resolve("fanfare")).isExecutable();
        try (FanfareProgram demo = FanfareProgram.start(ROOT.resolve("docs"), "demo", "--port", "0")) {
            assertThat(demo.line()).startsWith("Open http://127.0.0.1:");
        }
    }

    @Test
    void itsJavaRunsAndPrintsWhatItSays() throws Exception {
        Path source = folder.resolve("Hello.java");
        Files.writeString(source, only("java").text());
        List<String> command = new ArrayList<>(FanfareProgram.command());
        command.set(command.size() - 1, source.toString());

        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(only("text").text());
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void itsCommandsPrintWhatItSays() throws Exception {
        String port = String.valueOf(freePort());
        writeLauncher();
        List<Running> running = new ArrayList<>();
        try {
            for (Block block : blocks()) {
                if (block.language().equals("console")) {
                    run(block.text().replace("7780", port), port, running);
                }
            }
            for (Running command : running) {
                awaitOutput(command);
            }
        } finally {
            running.forEach(command -> command.process().descendants().forEach(ProcessHandle::destroy));
            running.forEach(command -> command.process().destroy());
        }
    }

    @Test
    void itsElementShowsAJobInABrowser() throws Exception {
        try (LocalHub hub = LocalHub.start(Configuration.of(Map.of("port", "0"), Map.of(), folder, null))) {
            hub.broadcaster().app("shop").jobs().complete("import-42");
            String page = only("html")
                    .text()
                    .replace("http://127.0.0.1:7780", hub.hub().uri());
            CountDownLatch shown = new CountDownLatch(1);
            HttpServer site = site("<!doctype html>" + page + WATCHER, shown);
            Process chromium = chromium("http://127.0.0.1:" + site.getAddress().getPort() + "/");
            try {
                assertThat(shown.await(50, TimeUnit.SECONDS)).isTrue();
            } finally {
                chromium.descendants().forEach(ProcessHandle::destroyForcibly);
                chromium.destroyForcibly().waitFor();
                site.stop(0);
            }
        }
    }

    private static HttpServer site(String page, CountDownLatch shown) throws IOException {
        HttpServer site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        site.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            byte[] body = page.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        site.createContext("/shown", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
            shown.countDown();
        });
        site.start();
        return site;
    }

    private Process chromium(String page) throws IOException {
        return new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--user-data-dir=" + profile,
                        page)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /// Starts each command once the first line of the one before has appeared, which may go on and print the others
    /// later.
    private void run(String block, String port, List<Running> running) throws IOException {
        for (String text : block.split("(?m)^\\$ ", -1)) {
            if (!text.isBlank()) {
                List<String> lines = new ArrayList<>(text.lines().toList());
                Process process = bash(lines.remove(0), port);
                Running command = new Running(text.lines().findFirst().orElseThrow(), process, lines);
                running.add(command);
                awaitLine(command);
            }
        }
    }

    private Process bash(String command, String port) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", command).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
        builder.environment().put("FANFARE_PORT", port);
        return builder.redirectErrorStream(true).start();
    }

    private void writeLauncher() throws IOException {
        String command = String.join("' '", FanfareProgram.command());
        Path launcher = folder.resolve("fanfare");
        Files.writeString(launcher, "#!/bin/sh\nexec '" + command + "' \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void awaitOutput(Running command) throws IOException {
        while (!command.expected().isEmpty()) {
            awaitLine(command);
        }
    }

    /// Reads on until the next expected line has come.
    private static void awaitLine(Running command) throws IOException {
        Pattern expected = pattern(command.expected().remove(0));
        List<String> seen = new ArrayList<>();
        var out = command.process().inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            seen.add(line);
            if (expected.matcher(line).matches()) {
                return;
            }
        }
        throw new AssertionError(command.command() + " printed " + seen + ", not " + expected);
    }

    private static Pattern pattern(String line) {
        return Pattern.compile(Stream.of(line.split("…", -1))
                .map(Pattern::quote)
                .reduce((a, b) -> a + ".*" + b)
                .orElse(""));
    }

    private Block only(String language) {
        List<Block> found = blocks().stream()
                .filter(block -> block.language().equals(language))
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(readme);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }
}
