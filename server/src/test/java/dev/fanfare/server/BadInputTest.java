package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every refusal over HTTP: its status, its code, and that the connection goes on where it may.
class BadInputTest {
    private static TestHub hub;

    @BeforeAll
    static void start() {
        hub = TestHub.start();
        hub.post("/v1/demo/topics/closed", "1", "Fanfare-Close: done");
        hub.post("/v1/demo/jobs/ended", "{\"status\":\"complete\"}");
    }

    @AfterAll
    static void close() {
        hub.close();
    }

    static Stream<Arguments> publishes() {
        return Stream.of(
                arguments("a", "", 400, "bad_json"),
                arguments("a", "{", 400, "bad_json"),
                arguments("a", "{\"a\":1}x", 400, "bad_json"),
                arguments("a", "NaN", 400, "bad_json"),
                arguments("a", "[".repeat(65) + "]".repeat(65), 400, "bad_json"),
                arguments("a", "\uFEFF1", 400, "bad_json"),
                arguments("a", "\u00001", 400, "bad_json"),
                arguments("a", "1\u0000", 400, "bad_json"),
                arguments("", "1", 400, "bad_topic"),
                arguments("a//b", "1", 400, "bad_topic"),
                arguments("a/", "1", 400, "bad_topic"),
                arguments("%2fa", "1", 400, "bad_topic"),
                arguments("a/./b", "1", 400, "bad_topic"),
                arguments("a/..%2f..%2fetc/passwd", "1", 400, "bad_topic"),
                arguments("a%00b", "1", 400, "bad_topic"),
                arguments("a%0d%0aX:%20y", "1", 400, "bad_topic"),
                arguments("a%E2%80%AEb", "1", 400, "bad_topic"),
                arguments("e%CC%81", "1", 400, "bad_topic"),
                arguments("a*", "1", 400, "bad_topic"),
                arguments("a+b", "1", 400, "bad_topic"),
                arguments("a%23b", "1", 400, "bad_topic"),
                arguments("$sys", "1", 400, "bad_topic"),
                arguments("x".repeat(256), "1", 400, "bad_topic"),
                arguments("%C3%28", "1", 400, "bad_utf8"),
                arguments("%zz", "1", 400, "bad_parameter"),
                arguments("%4", "1", 400, "bad_parameter"),
                arguments("a?colour=red", "1", 400, "bad_parameter"),
                arguments("closed", "1", 409, "topic_closed"));
    }

    @ParameterizedTest
    @MethodSource("publishes")
    void aBadPublishIsRefused(String topic, String body, int status, String code) {
        assertRefused("POST", "/v1/demo/topics/" + topic, body, status, code);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                arguments("Fanfare-Event: gap", "bad_event_name"),
                arguments("Fanfare-Event: a\tb", "bad_event_name"),
                arguments("Fanfare-Event: " + "x".repeat(129), "bad_event_name"),
                arguments("Fanfare-Snapshot: yes", "bad_parameter"),
                arguments("Fanfare-Conflate: 1", "bad_parameter"),
                arguments("Fanfare-Close: " + "x".repeat(129), "bad_parameter"),
                arguments("Idempotency-Key: " + "x".repeat(129), "bad_parameter"),
                arguments("Idempotency-Key: $outbox/1/x", "bad_parameter"),
                arguments("Content-Encoding: gzip", "bad_parameter"),
                arguments("Content-Type: text/plain; charset=utf-16", "bad_parameter"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aBadHeaderIsRefused(String header, String code) {
        Wire.Response answer = hub.post("/v1/demo/topics/a", "1", header);

        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(400);
    }

    static Stream<Arguments> jobUpdates() {
        return Stream.of(
                arguments("a", "{\"colour\":1}", 400, "unknown_field"),
                arguments("a", "{\"progress\":1.01}", 400, "bad_progress"),
                arguments("a", "{\"progress\":-0.1}", 400, "bad_progress"),
                arguments("a", "{\"progress\":\"half\"}", 400, "bad_progress"),
                arguments("a", "{\"progress\":NaN}", 400, "bad_json"),
                arguments("a", "{\"status\":\"running\"}", 400, "bad_status"),
                arguments("a", "{\"progress\":0.1,\"progress\":0.2}", 400, "bad_json"),
                arguments("a", "[1]", 400, "bad_json"),
                arguments("a", "{", 400, "bad_json"),
                arguments("a//b", "{}", 400, "bad_job_id"),
                arguments("x".repeat(201), "{}", 400, "bad_job_id"),
                arguments("a?existing=perhaps", "{}", 400, "bad_parameter"),
                arguments("nobody?existing=true", "{}", 404, "unknown_job"),
                arguments("ended", "{\"progress\":0.1}", 409, "job_ended"));
    }

    @ParameterizedTest
    @MethodSource("jobUpdates")
    void aBadJobUpdateIsRefused(String id, String body, int status, String code) {
        assertRefused("POST", "/v1/demo/jobs/" + id, body, status, code);
    }

    static Stream<Arguments> reads() {
        return Stream.of(
                arguments("/v1/demo/events", 400, "bad_parameter"),
                arguments("/v1/demo/events?topic=", 400, "bad_topic"),
                arguments("/v1/demo/events?topic=a/**/b", 400, "bad_topic"),
                arguments("/v1/demo/events?topic=$jobs/a", 400, "bad_topic"),
                arguments("/v1/demo/events?job=a*", 400, "bad_job_id"),
                arguments("/v1/demo/events?topic=a&from=yesterday", 400, "bad_parameter"),
                arguments("/v1/demo/events?topic=a&form=live", 400, "bad_parameter"),
                arguments("/v1/demo/events?" + "topic=a&".repeat(129), 400, "too_many_topics"),
                arguments("/v1/a%20b/events?topic=a", 400, "bad_app"),
                arguments("/v1/" + "x".repeat(65) + "/topics/a", 400, "bad_app"),
                arguments("/v1/demo/topics/a%C3%28", 400, "bad_utf8"),
                arguments("/v1/demo/topics/unknown", 404, "not_found"),
                arguments("/v1/demo/jobs/unknown", 404, "unknown_job"),
                arguments("/v1/demo/jobs?status=running", 400, "bad_status"),
                arguments("/v1/demo/jobs?limit=0", 400, "bad_parameter"),
                arguments("/v1/demo/jobs?limit=1001", 400, "bad_parameter"),
                arguments("/v1/demo/history", 400, "bad_parameter"),
                arguments("/v1/demo/history?topic=a&after=x", 400, "bad_parameter"),
                arguments("/v1/demo/history?topic=a&limit=-1", 400, "bad_parameter"),
                arguments("/v1/demo/ws", 400, "bad_parameter"),
                arguments("/v1/demo", 404, "not_found"),
                arguments("/v1/demo/elsewhere", 404, "not_found"),
                arguments("/../etc/passwd", 404, "not_found"),
                arguments("/..%2f..%2fetc/passwd", 404, "not_found"),
                arguments("/nothing", 404, "not_found"));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void aBadReadIsRefused(String path, int status, String code) {
        assertRefused("GET", path, "", status, code);
    }

    @Test
    void aMethodThatAPathDoesNotTakeIsRefusedWithThoseItTakes() {
        Wire.Response answer = hub.ask("PATCH", "/v1/demo/topics/a");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.code()).isEqualTo("method_not_allowed");
        assertThat(answer.header("Allow")).isEqualTo("DELETE, GET, HEAD, POST");
    }

    @Test
    void invalidUtf8IsRefused() {
        try (Wire wire = hub.dial()) {
            wire.request("POST", "/v1/demo/topics/a", new byte[] {'"', (byte) 0xC3, '(', '"'});
            assertThat(wire.response().code()).isEqualTo("bad_utf8");
            wire.request("POST", "/v1/demo/topics/a", new byte[] {(byte) 0xC3, '('}, "Content-Type: text/plain");
            assertThat(wire.response().code()).isEqualTo("bad_utf8");
        }
    }

    @Test
    void aBodyOverTheLimitIsRefusedBeforeItIsSentAndTheConnectionCloses() {
        try (Wire wire = hub.dial()) {
            wire.send("POST /v1/demo/topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n");
            Wire.Response answer = wire.response();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.code()).isEqualTo("body_too_large");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(wire.isClosedByHub()).isTrue();
        }
    }

    @Test
    void aChunkedBodyOverTheLimitIsRefusedWhileItIsSent() {
        try (Wire wire = hub.dial()) {
            wire.send("POST /v1/demo/topics/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 17; i++) {
                wire.send("10000\r\n" + "x".repeat(1 << 16) + "\r\n");
            }
            assertThat(wire.response().status()).isEqualTo(413);
        }
    }

    @Test
    void aBodyWhereNoneIsTakenIsRefused() {
        try (Wire wire = hub.dial()) {
            assertThat(wire.request("GET", "/livez", "x").response().status()).isEqualTo(413);
        }
    }

    static Stream<Arguments> malformedRequests() {
        String host = "Host: localhost\r\n";
        String post = "POST /v1/demo/topics/a HTTP/1.1\r\n" + host;
        return Stream.of(
                arguments(post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
                arguments(post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n1", 400),
                arguments(post + "Content-Length: -1\r\n\r\n", 400),
                arguments(post + "Content-Length: 1x\r\n\r\n1", 400),
                arguments(post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
                arguments(
                        "POST /v1/demo/topics/a HTTP/1.0\r\n" + host
                                + "Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n",
                        400),
                arguments("GET /livez HTTP/1.1\r\n" + host + "A: b\0c\r\n\r\n", 400),
                arguments("GET /livez HTTP/1.1\r\n" + host + "A b: c\r\n\r\n", 400),
                arguments("GET /livez HTTP/1.1\r\n\r\n", 400),
                arguments("GET /livez HTTP/1.1\r\n" + host + host + "\r\n", 400),
                arguments("GET livez HTTP/1.1\r\n" + host + "\r\n", 404),
                arguments("GET /livez HTTP/9.9\r\n" + host + "\r\n", 400),
                arguments("\u0001\u0002\u0003 garbage\r\n\r\n", 400),
                arguments("GET /livez HTTP/1.1\r\n" + host + "A: " + "x".repeat(17 << 10) + "\r\n\r\n", 431),
                arguments("GET /" + "x".repeat(9 << 10) + " HTTP/1.1\r\n" + host + "\r\n", 431));
    }

    @ParameterizedTest
    @MethodSource("malformedRequests")
    void whatIsNotCleanHttpIsRefused(String request, int status) {
        try (Wire wire = hub.dial()) {
            wire.send(request.getBytes(StandardCharsets.ISO_8859_1));

            assertNothingLeaks(wire.response(), status);
        }
    }

    @Test
    void clientsThatGoAwayInTheMiddleLeaveNothingBehind() {
        for (String half : new String[] {
            "GET /liv", "POST /v1/demo/topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123", ""
        }) {
            try (Wire wire = hub.dial()) {
                wire.send(half);
            }
        }

        assertThat(hub.ask("GET", "/livez").status()).isEqualTo(200);
    }

    private static void assertRefused(String method, String path, String body, int status, String code) {
        try (Wire wire = hub.dial()) {
            Wire.Response answer = wire.request(method, path, body).response();
            assertNothingLeaks(answer, status);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.body()).contains("\"status\":" + status, "\"title\":\"", "\"detail\":\"");
            assertThat(answer.code()).isEqualTo(code);

            if (answer.header("Connection").equals("close")) {
                assertThat(body)
                        .as("only what was refused before its body was read ends the connection")
                        .isNotEmpty();
                assertThat(wire.isClosedByHub()).isTrue();
            } else {
                assertThat(wire.request("GET", "/livez", "").response().status())
                        .isEqualTo(200);
            }
        }
    }

    private static void assertNothingLeaks(Wire.Response answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).doesNotContain("java.", "Exception", "dev.fanfare", "netty", "jackson", "\tat ");
    }
}
