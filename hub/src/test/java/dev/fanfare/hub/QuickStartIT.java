package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testbed.FanfareProgram;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What docs/backends.md shows under "Several hubs" is what happens: its lines are run, with servers and ports of the
/// test instead of the reader's.
final class QuickStartIT {
    private static final Path DOCUMENT = Path.of("../docs/backends.md");
    private static final Pattern BLOCKS = Pattern.compile("### Several hubs\\s+```\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SERVE = Pattern.compile("\\./fanfare serve --port (\\d+) --store '([^']+)'");

    @TempDir
    Path folder;

    private final List<FanfareProgram> hubs = new ArrayList<>();
    private final List<Process> readers = new ArrayList<>();
    private final Map<String, Integer> ports = new HashMap<>();

    @AfterEach
    void stop() throws Exception {
        readers.forEach(Process::destroyForcibly);
        for (FanfareProgram hub : hubs) {
            hub.close();
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
        assertThat(blocks()).hasSize(2);
    }

    @Test
    void severalHubsOnPostgres() throws Exception {
        run("jdbc:postgresql:", PostgresServer.shared().address());
    }

    @Test
    void severalHubsOnRedis() throws Exception {
        run("redis:", RedisServer.shared().url());
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
