package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testbed.FanfareProgram;
import dev.fanfare.testbed.Ports;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What docs/backends.md shows under "Several hubs", "Sentinels to try it on" and "A cluster to try it on" is what
/// happens: its lines are run, with servers and ports of the test instead of the reader's.
final class QuickStartIT {
    private static final Path DOCUMENT = Path.of("../docs/backends.md");
    private static final Pattern BLOCKS = Pattern.compile("### Several hubs\\s+```\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TO_TRY_IT_ON = Pattern.compile(
            "### (\\w[\\w ]*) to try it on\\s+```sh\\n(.*?)\\./fanfare serve --store (\\S+)\\s+```", Pattern.DOTALL);
    private static final Pattern END_OF_PRIMARY = Pattern.compile("After `(redis-cli [^`]+)` publishing fails");
    private static final int BUS =
            10_000; // above a server's port is the one at which the others of its cluster find it
    private static final Pattern SERVE = Pattern.compile("\\./fanfare serve --port (\\d+) --store '([^']+)'");

    @TempDir
    Path folder;

    private final List<FanfareProgram> hubs = new ArrayList<>();
    private final List<Process> readers = new ArrayList<>();
    private final List<Integer> servers = new ArrayList<>();
    private final Map<String, Integer> ports = new HashMap<>();

    @AfterEach
    void stop() throws Exception {
        readers.forEach(Process::destroyForcibly);
        for (FanfareProgram hub : hubs) {
            hub.close();
        }
        for (int server : servers) {
            shell("redis-cli -p " + server + " shutdown nosave").waitFor();
        }
    }

    private static List<String> blocks() throws IOException {
        return BLOCKS.matcher(Files.readString(DOCUMENT))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    @Test
    void thereIsOneForEachStoreThatHubsShare() throws IOException {
        assertThat(blocks()).hasSize(3);
    }

    @Test
    void severalHubsOnSqlite() throws Exception {
        run("sqlite:", "sqlite:events.db");
    }

    @Test
    void severalHubsOnPostgres() throws Exception {
        run("jdbc:postgresql:", PostgresServer.shared().address());
    }

    @Test
    void severalHubsOnRedis() throws Exception {
        run("redis:", RedisServer.shared().url());
    }

    @Test
    void sentinelsToTryItOn() throws Exception {
        for (String port : List.of("7011", "7012", "7013")) {
            server(port, Ports.free());
        }
        tryIt("Sentinels");
        Matcher end = END_OF_PRIMARY.matcher(Files.readString(DOCUMENT));
        assertThat(end.find()).isTrue();
        assertThat(shell(withPortsOfTheTest(end.group(1))).waitFor()).isZero();
        while (publish(2) != 0) {
            assertThat(Thread.interrupted()).as("the test has taken too long").isFalse();
        }
        untilIsRead(readers.get(0), "\"message\":2");
    }

    @Test
    void aClusterToTryItOn() throws Exception {
        for (int port = 7001; port <= 7006; port++) {
            server(String.valueOf(port), portOfClusterServer());
        }
        tryIt("A cluster");
    }

    private void server(String port, int portOfTheTest) {
        ports.put(port, portOfTheTest);
        servers.add(portOfTheTest);
    }

    /// Runs what is to be tried, and lets a hub bring an event.
    private void tryIt(String what) throws Exception {
        MatchResult block = TO_TRY_IT_ON
                .matcher(Files.readString(DOCUMENT))
                .results()
                .filter(each -> each.group(1).equals(what))
                .findFirst()
                .orElseThrow();
        Process begun = new ProcessBuilder("bash", "-ec", withPortsOfTheTest(block.group(2)))
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true)
                .start();
        assertThat(begun.waitFor()).as("starting the servers").isZero();
        serve("7780", withPortsOfTheTest(block.group(3)));
        read("curl -sN 'http://127.0.0.1:7780/v1/default/events?topic=hello'");
        assertThat(publish(1)).isZero();
        untilIsRead(readers.get(0), "\"message\":1");
    }

    private int publish(int message) throws Exception {
        return shell("curl -sfd " + message + " http://127.0.0.1:7780/v1/default/topics/hello")
                .waitFor();
    }

    private static int portOfClusterServer() throws IOException {
        while (true) {
            int port = Ports.free();
            try (ServerSocket bus = new ServerSocket(port + BUS, 1, InetAddress.getLoopbackAddress())) {
                return bus.getLocalPort() - BUS;
            } catch (BindException taken) {
                // try another
            }
        }
    }

    private String withPortsOfTheTest(String text) {
        return Pattern.compile("\\b70[01]\\d\\b")
                .matcher(text)
                .replaceAll(port -> String.valueOf(ports.get(port.group())));
    }

    private void run(String scheme, String store) throws Exception {
        String block = blocks().stream()
                .filter(each -> each.contains("'" + scheme))
                .findFirst()
                .orElseThrow();
        for (String line : block.lines().toList()) {
            Matcher serve = SERVE.matcher(line);
            if (serve.matches()) {
                serve(serve.group(1), store);
            } else if (line.endsWith("&")) {
                read(line.substring(0, line.length() - 1));
            } else {
                assertThat(shell(line).waitFor()).as(line).isZero();
            }
        }
        assertThat(readers).singleElement().satisfies(reader -> untilIsRead(reader, "{\"hello\":\"world\"}"));
    }

    private void serve(String port, String store) throws IOException {
        FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0", "--store", store);
        hubs.add(hub);
        ports.put(port, hub.port());
    }

    private void read(String line) throws IOException {
        Process reader = shell(line);
        readers.add(reader);
        untilIsRead(reader, "subscribed");
    }

    private Process shell(String line) throws IOException {
        String command = line;
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            command = command.replace("127.0.0.1:" + port.getKey(), "127.0.0.1:" + port.getValue());
        }
        return new ProcessBuilder("bash", "-c", "exec " + command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void untilIsRead(Process reader, String text) throws IOException {
        BufferedReader output = reader.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.contains(text)) {
                return;
            }
        }
        throw new AssertionError("the stream ended before " + text);
    }
}
