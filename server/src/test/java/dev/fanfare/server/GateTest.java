package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.spi.Bytes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
    private static TestHub hub;

    @BeforeAll
    static void start() {
        hub = TestHub.start(builder -> builder.allowHost("Hub.Example")
                .allowOrigin("https://shop.example")
                .page(new Page("/", "text/html; charset=utf-8", Bytes.utf8("<p>hello"))));
    }

    @AfterAll
    static void close() {
        hub.close();
    }

    /// Every route of the protocol, and one that does not exist.
    static List<String> everyRoute() {
        return List.of(
                "POST /v1/demo/topics/a",
                "GET /v1/demo/topics/a",
                "HEAD /v1/demo/topics/a",
                "DELETE /v1/demo/topics/a",
                "OPTIONS /v1/demo/topics/a",
                "GET /v1/demo/events?topic=a",
                "POST /v1/demo/events",
                "GET /v1/demo/history?topic=a",
                "POST /v1/demo/jobs/a",
                "GET /v1/demo/jobs/a",
                "DELETE /v1/demo/jobs/a",
                "GET /v1/demo/jobs",
                "GET /v1/demo/ws",
                "GET /livez",
                "GET /readyz",
                "GET /metrics",
                "GET /openapi.json",
                "GET /",
                "GET /nothing");
    }

    @ParameterizedTest
    @MethodSource("everyRoute")
    void aForeignHostIsRefusedOnEveryRoute(String route) {
        List<String> parts = List.of(route.split(" ", 2));
        try (Wire wire = hub.dial()) {
            wire.request(parts.get(0), parts.get(1), "", "Host: attacker.test");
            Wire.Response answer = wire.response(parts.get(0).equals("HEAD"));

            assertThat(answer.status()).isEqualTo(421);
        }
    }

    static Stream<String> writingRoutes() {
        return everyRoute().stream().filter(route -> !route.startsWith("GET ") && !route.startsWith("HEAD "));
    }

    @ParameterizedTest
    @MethodSource("writingRoutes")
    void aForeignOriginMayNotWriteOnAnyRoute(String route) {
        List<String> parts = List.of(route.split(" ", 2));
        Wire.Response answer = hub.ask(parts.get(0), parts.get(1), "Origin: https://evil.example");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("foreign_origin");
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void aForeignOriginMayNotOpenAWebSocket() {
        try (Wire wire = hub.dial()) {
            Wire.Response answer = WebSocketPeer.handshake(wire, "/v1/demo/ws", "Origin: https://evil.example")
                    .response();

            assertThat(answer.status()).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "https://shop.example.evil",
                "https://evilshop.example",
                "http://shop.example",
                "https://shop.example:444",
                "https://SHOP.example",
                "http://localhost.evil.example",
                "http://127.0.0.1.evil.example",
                "http://localhost@evil.example",
                "http://127.1.evil",
                "file://localhost",
                "http://localhost/path",
                "https://xn--shp-fna.example",
                ""
            })
    void originsThatOnlyLookRightAreForeign(String origin) {
        assertThat(hub.post("/v1/demo/topics/a", "1", "Origin: " + origin).status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost",
                "http://localhost:3000",
                "http://127.0.0.1:5173",
                "http://[::1]:8080",
                "https://shop.example"
            })
    void ourOriginsMayWriteAndRead(String origin) {
        Wire.Response written = hub.post("/v1/demo/topics/a", "1", "Origin: " + origin);
        Wire.Response preflight =
                hub.ask("OPTIONS", "/v1/demo/topics/a", "Origin: " + origin, "Access-Control-Request-Method: POST");

        assertThat(written.status()).isEqualTo(200);
        assertThat(written.header("Access-Control-Allow-Origin")).isEqualTo(origin);
        assertThat(written.header("Vary")).isEqualTo("Origin");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo(origin);
        assertThat(preflight.header("Access-Control-Allow-Methods")).isEqualTo("DELETE, GET, HEAD, POST");
        assertThat(preflight.header("Access-Control-Allow-Headers")).contains("Idempotency-Key", "Last-Event-ID");
    }

    @Test
    void aForeignPageMaySendAReadButNotSeeItsAnswer() {
        Wire.Response answer = hub.ask("GET", "/v1/demo/jobs", "Origin: https://evil.example");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        assertThat(answer.header("Vary")).isEqualTo("Origin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:7780",
                "127.0.0.1:1",
                "127.8.8.8",
                "[::1]:80",
                "hub.example",
                "hub.example:443"
            })
    void ourHostsAreServed(String host) {
        assertThat(hub.ask("GET", "/livez", "Host: " + host).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "evil.example",
                "0.0.0.0",
                "[::2]",
                "a b",
                "localhost:",
                "localhost@evil",
                ""
            })
    void hostsThatOnlyLookRightAreForeign(String host) {
        assertThat(hub.ask("GET", "/livez", "Host: " + host).status()).isEqualTo(421);
    }

    @Test
    void theHostOfAWholeUriCountsToo() {
        assertThat(hub.ask("GET", "http://evil.example/livez").status()).isEqualTo(421);
        assertThat(hub.ask("GET", "http://localhost/livez").status()).isEqualTo(200);
    }

    @Test
    void pagesAreServedWithAPolicyThatKeepsScriptsOut() {
        Wire.Response page = hub.ask("GET", "/");

        assertThat(page.body()).isEqualTo("<p>hello");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'", "script-src 'self'");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }
}
