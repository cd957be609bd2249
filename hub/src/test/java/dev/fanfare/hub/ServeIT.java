package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.hub.bench.Transport;
import dev.fanfare.testbed.FanfareProgram;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The hub as a process of its own.
final class ServeIT {
    /// Enough for the program itself and some dozens of connections.
    private static final int DESCRIPTORS = 200;

    private static final String SECOND = "\"message\":2,";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Transport.class)
    void sigtermTellsOpenStreamsAndEndsWithinTenSeconds(Transport transport) throws Exception {
        try (FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0")) {
            List<SocketChannel> streams = open(transport, hub.port(), 5_000);

            long begun = System.nanoTime();
            hub.signal();

            for (SocketChannel stream : streams) {
                assertThat(untilClosed(stream)).contains(transport == Transport.SSE ? "retry: " : "goodbye");
            }
            assertThat(hub.exitCode()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
            assertThat(hub.rest()).doesNotContain("Exception");
        }
    }

    /// It must run from its jar, as `mvn verify` has it: without descriptors no class can be loaded from a folder.
    @Test
    void outOfDescriptorsItServesThoseConnectedAndLaterTheOthers() throws Exception {
        try (FanfareProgram hub = FanfareProgram.startWithDescriptors(DESCRIPTORS, folder, "serve", "--port", "0")) {
            int port = hub.port();
            URI topic = URI.create("http://127.0.0.1:" + port + "/v1/default/topics/stop");
            Http.post(topic, "1"); // on a connection that is kept
            SocketChannel reader = open(Transport.SSE, port, 1).get(0);
            List<SocketChannel> crowd = new ArrayList<>();
            for (int i = 0; i < DESCRIPTORS; i++) {
                crowd.add(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
            }
            hub.lineWith("cannot accept connections");

            Http.post(topic, "2");
            assertThat(until(reader, SECOND)).contains(SECOND);
            for (SocketChannel waiting : crowd) {
                waiting.close();
            }
            open(Transport.SSE, port, 1).get(0).close();
            assertThat(Http.get(topic.resolve("/metrics")).body()).containsPattern("fanfare_accept_errors_total [1-9]");
            reader.close();
        }
    }

    @Test
    void saysWhereItIsAndHowToWatchAndPublish() throws Exception {
        try (FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0")) {
            int port = hub.port();
            assertThat(hub.line()).contains("memory");
            assertThat(hub.line()).contains("curl -N 'http://127.0.0.1:" + port + "/v1/default/events?topic=hello'");
            assertThat(hub.line())
                    .contains("curl -d")
                    .contains("http://127.0.0.1:" + port + "/v1/default/topics/hello");
        }
    }

    @Test
    void aHubOnAFileGoesOnWhereItWas() throws Exception {
        String store = "sqlite:" + folder.resolve("events.db");
        String position;
        try (FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0", "--store", store)) {
            int port = hub.port();
            assertThat(hub.line()).contains("events.db", "still there");
            URI topic = URI.create("http://127.0.0.1:" + port + "/v1/shop/topics/orders/42");
            Http.post(topic, "{\"total\":12}");
            position = Http.get(topic).body();
            hub.signal();
            assertThat(hub.exitCode()).isZero();
        }
        try (FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0", "--store", store)) {
            URI topic = URI.create("http://127.0.0.1:" + hub.port() + "/v1/shop/topics/orders/42");
            assertThat(Http.get(topic).body()).isEqualTo(position);
            assertThat(Http.get(topic.resolve("/v1/shop/history?topic=orders/42"))
                            .body())
                    .contains("{\"total\":12}");
        }
    }

    @Test
    void twoHubsOnAFileSeeEachOthersEvents() throws Exception {
        String store = "sqlite:" + folder.resolve("events.db");
        try (FanfareProgram one = FanfareProgram.start(folder, "serve", "--port", "0", "--store", store);
                FanfareProgram other = FanfareProgram.start(folder, "serve", "--port", "0", "--store", store)) {
            SocketChannel reader = open(Transport.SSE, one.port(), 1).get(0);
            Http.post(URI.create("http://127.0.0.1:" + other.port() + "/v1/default/topics/stop"), "2");
            assertThat(until(reader, SECOND)).contains(SECOND);
            reader.close();
        }
    }

    @Test
    void hubsOnARedisSeeEachOthersEvents() throws Exception {
        hubsSeeEachOthersEvents(RedisServer.shared().url());
    }

    @Test
    void hubsOnAPostgresSeeEachOthersEvents() throws Exception {
        hubsSeeEachOthersEvents(PostgresServer.shared().address());
    }

    private void hubsSeeEachOthersEvents(String store) throws Exception {
        try (FanfareProgram one = FanfareProgram.start(folder, "serve", "--port", "0", "--store", store);
                FanfareProgram other = FanfareProgram.start(folder, "serve", "--port", "0", "--store", store)) {
            int port = one.port();
            assertThat(one.line()).contains("shared by all hubs").doesNotContain("secret");
            SocketChannel reader = open(Transport.SSE, port, 1).get(0);
            Http.post(URI.create("http://127.0.0.1:" + other.port() + "/v1/default/topics/stop"), "2");
            assertThat(until(reader, SECOND)).contains(SECOND);
            reader.close();
            one.signal();
            assertThat(one.exitCode()).isZero();
            assertThat(one.rest()).doesNotContain("WARNING", "SLF4J");
        }
    }

    @Test
    void aRedisThatDoesNotAcceptThePasswordIsRefusedInOneLineThatDoesNotShowIt() throws Exception {
        try (RedisServer server = RedisServer.start("--requirepass", "right");
                FanfareProgram hub = FanfareProgram.start(
                        folder, "serve", "--port", "0", "--store", "redis://:wrong@127.0.0.1:" + server.port())) {
            assertThat(hub.rest())
                    .contains("redis://:***@127.0.0.1:" + server.port(), "does not accept")
                    .doesNotContain("wrong")
                    .hasLineCount(1);
            assertThat(hub.exitCode()).isEqualTo(78);
        }
    }

    @Test
    void aRedisThatIsNotThereIsRefusedInOneLine() throws Exception {
        try (FanfareProgram hub =
                FanfareProgram.start(folder, "serve", "--port", "0", "--store", "redis://127.0.0.1:1")) {
            assertThat(hub.rest())
                    .contains("redis://127.0.0.1:1", "refused")
                    .doesNotContain("is a hub running")
                    .hasLineCount(1);
            assertThat(hub.exitCode()).isEqualTo(69);
        }
    }

    @Test
    void aPostgresThatDoesNotAcceptThePasswordIsRefusedInOneLineThatDoesNotShowIt() throws Exception {
        String wrong = PostgresServer.shared().address().replaceFirst("password=.*", "password=wrong");
        try (FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0", "--store", wrong)) {
            assertThat(hub.rest())
                    .contains("PostgreSQL", "check user and password")
                    .doesNotContain("wrong")
                    .hasLineCount(1);
            assertThat(hub.exitCode()).isEqualTo(78);
        }
    }

    @Test
    void aFileThatIsNotOursIsRefusedInOneLine() throws Exception {
        Path poem = Files.writeString(folder.resolve("poem.txt"), "no database, but long enough to be one ".repeat(40));
        try (FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0", "--store", "sqlite:" + poem)) {
            assertThat(hub.rest())
                    .contains("poem.txt", "it is no SQLite database")
                    .hasLineCount(1);
            assertThat(hub.exitCode()).isEqualTo(78);
        }
    }

    @Test
    void servesThePageAndTheClientForBrowsers() throws Exception {
        try (FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0")) {
            URI uri = URI.create("http://127.0.0.1:" + hub.port());
            for (String path : List.of("/", "/app.js", "/style.css", "/client.js", "/openapi.json", "/readyz")) {
                assertThat(Http.get(uri.resolve(path)).statusCode()).as(path).isEqualTo(200);
            }
        }
    }

    @Test
    void aSecondHubOnThePortSaysSoInOneLine() throws Exception {
        try (FanfareProgram first = FanfareProgram.start(folder, "serve", "--port", "0")) {
            try (FanfareProgram second =
                    FanfareProgram.start(folder, "serve", "--port", String.valueOf(first.port()))) {
                assertThat(second.rest()).contains("in use").hasLineCount(1);
                assertThat(second.exitCode()).isEqualTo(69);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "203.0.113.7"})
    void beyondLoopbackItRefusesInOneLine(String host) throws Exception {
        try (FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0", "--host", host)) {
            assertThat(hub.rest())
                    .contains("no authentication yet")
                    .contains("listen on 127.0.0.1")
                    .hasLineCount(1);
            assertThat(hub.exitCode()).isEqualTo(78);
        }
    }

    private static List<SocketChannel> open(Transport transport, int port, int count) throws IOException {
        List<SocketChannel> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(transport.open(URI.create("http://127.0.0.1:" + port), "default", "stop"));
        }
        return streams;
    }

    private static String untilClosed(SocketChannel stream) throws IOException {
        try (stream) {
            return until(stream, null);
        }
    }

    /// Reads until that text has come; null reads until the hub closes the stream.
    private static String until(SocketChannel stream, @Nullable String awaited) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
        String text = "";
        while ((awaited == null || !text.contains(awaited)) && stream.read(bytes) >= 0) {
            text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
        }
        return text;
    }
}
