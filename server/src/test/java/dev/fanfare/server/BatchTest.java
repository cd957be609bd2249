package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchTest {
    private final TestHub hub = TestHub.start();

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void everyLineIsAnsweredByOne() {
        Wire.Response answer = hub.post("/v1/demo/events", """
                {"topic":"a","message":1}
                {"topic":"a","event":"x","message":{"b": 2},"idempotency_key":"k","conflate":true}
                {"topic":"a","message":2,"idempotency_key":"k"}
                {"job":"j","update":{"progress":0.5}}
                {"topic":"a","message":3,"colour":"red"}
                not json
                {"topic":"","message":1}
                {"topic":"a","message":4,"snapshot":true,"close":"done"}
                {"topic":"a","message":5}
                """);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
        assertThat(answer.body().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches(
                                        "\\{\"position\":\"[^\"]*-1-[^\"]*\",\"published_at\":\"[^\"]*\",\"durability\":\"memory\"}"),
                        line -> assertThat(line).contains("-2-"),
                        line -> assertThat(line).contains("-2-", "\"duplicate\":true"),
                        line -> assertThat(line).contains("\"durability\":\"memory\""),
                        line -> assertThat(line)
                                .startsWith(
                                        "{\"error\":{\"code\":\"unknown_field\",\"detail\":\"unknown field \\\"colour\\\""),
                        line -> assertThat(line).contains("\"code\":\"bad_json\""),
                        line -> assertThat(line).contains("\"code\":\"bad_topic\""),
                        line -> assertThat(line).contains("-3-"),
                        line -> assertThat(line).contains("\"code\":\"topic_closed\""));
    }

    @Test
    void aLongBatchIsAnsweredWholeAndKeepsItsOrder() {
        String lines = "{\"topic\":\"a\",\"message\":1}\n".repeat(20_000);

        String answer = hub.post("/v1/demo/events", lines).body();

        assertThat(answer.lines()).hasSize(20_000);
        assertThat(answer.lines().skip(19_999))
                .allMatch(line -> line.contains("-" + Integer.toString(20_000, 36) + "-"));
    }

    @Test
    void aLineOverTheLimitIsRefusedAndTheNextIsTaken() {
        String large = "{\"topic\":\"a\",\"message\":\"" + "x".repeat(1 << 20) + "\"}\n";

        assertThat(hub.post("/v1/demo/events", large + "{\"topic\":\"a\",\"message\":1}")
                        .body()
                        .lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("\"code\":\"body_too_large\""),
                        line -> assertThat(line).contains("-1-"));
    }

    @Test
    void anEmptyLineIsALineToo() {
        assertThat(hub.post("/v1/demo/events", "\n{\"topic\":\"a\",\"message\":1}\n")
                        .body()
                        .lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("bad_json"),
                        line -> assertThat(line).contains("-1-"));
    }

    @Test
    void theConnectionTakesTheNextRequestAfterwards() {
        try (Wire wire = hub.dial()) {
            wire.request("POST", "/v1/demo/events", "{\"topic\":\"a\",\"message\":1}\n".repeat(200));
            assertThat(wire.response().body().lines()).hasSize(200);

            wire.request("GET", "/livez", "");
            assertThat(wire.response().body()).isEqualTo("ok\n");
        }
    }

    @Test
    void clientsOfHttp10GetItUnchunked() {
        String line = "{\"topic\":\"a\",\"message\":1}\n";
        try (Wire wire = hub.dial()) {
            wire.send("POST /v1/demo/events HTTP/1.0\r\nContent-Length: " + line.length() + "\r\n\r\n" + line);

            assertThat(new String(wire.rest(), StandardCharsets.UTF_8))
                    .doesNotContain("chunked")
                    .contains("\r\n\r\n{\"position\":\"")
                    .endsWith("}\n");
        }
    }
}
