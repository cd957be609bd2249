package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PublishTest {
    private final TestHub hub = TestHub.start();

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void aPublishIsAcknowledgedWithItsPosition() {
        Wire.Response answer = hub.post("/v1/demo/topics/orders/42", "{\"total\": 12}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body())
                .matches(
                        "\\{\"topic\":\"orders/42\",\"position\":\"[0-9a-z]+-1-[0-9a-f]{8}\",\"published_at\":\"[^\"]+Z\",\"durability\":\"memory\"}");
    }

    @Test
    void aSlashInATopicMayBeEncodedOrNot() {
        hub.post("/v1/demo/topics/orders%2F42", "1");

        assertThat(hub.ask("GET", "/v1/demo/topics/orders/42").body()).contains("\"topic\":\"orders/42\"", "-1-");
    }

    @Test
    void anEncodedPercentSignIsDecodedOnce() {
        assertThat(hub.post("/v1/demo/topics/a%252Fb", "1").body()).contains("\"topic\":\"a%2Fb\"");
    }

    @Test
    void jsonIsTakenWhateverTypeItClaimsToBe() {
        Wire.Response answer =
                hub.post("/v1/demo/topics/a", "{\"a\":1}", "Content-Type: application/x-www-form-urlencoded");

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void plainTextBecomesAJsonString() {
        hub.post("/v1/demo/topics/a", "say \"hi\"\n", "Content-Type: text/plain; charset=UTF-8");

        assertThat(hub.ask("GET", "/v1/demo/history?topic=a").body()).contains("\"message\":\"say \\\"hi\\\"\\n\"");
    }

    @Test
    void aBareWordFromCurlIsRefusedWithALineThatWorks() {
        Wire.Response answer = hub.post("/v1/demo/topics/a", "hi", "Content-Type: application/x-www-form-urlencoded");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("bad_json");
        assertThat(answer.body())
                .contains("curl -H 'Content-Type: text/plain' -d hi \\\"http://localhost:" + hub.port()
                        + "/v1/demo/topics/a\\\"");
    }

    @Test
    void headersSayHowAnEventIsTreated() {
        hub.post("/v1/demo/topics/a", "1", "Fanfare-Event: grün", "Fanfare-Snapshot: true", "Fanfare-Close: sold out");

        String state = hub.ask("GET", "/v1/demo/topics/a").body();

        assertThat(state)
                .contains("\"state\":\"closed\"", "\"reason\":\"sold out\"", "\"event\":\"grün\"", "\"snapshot\":true");
    }

    @Test
    void aRepeatedIdempotencyKeyIsStoredOnce() {
        String first = hub.post("/v1/demo/topics/a", "1", "Idempotency-Key: k").body();
        String again = hub.post("/v1/demo/topics/a", "1", "Idempotency-Key: k").body();

        assertThat(again).isEqualTo(first.replace("}", ",\"duplicate\":true}"));
    }

    @Test
    void aClosedTopicTakesNoMore() {
        hub.post("/v1/demo/topics/a", "1", "Fanfare-Close: done");

        Wire.Response answer = hub.post("/v1/demo/topics/a", "2");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("topic_closed");
    }

    @Test
    void aDropFreesTheName() {
        hub.post("/v1/demo/topics/a", "1", "Fanfare-Close: done");

        assertThat(hub.ask("DELETE", "/v1/demo/topics/a").body()).isEqualTo("{\"existed\":true}");
        assertThat(hub.ask("DELETE", "/v1/demo/topics/a").body()).isEqualTo("{\"existed\":false}");
        assertThat(hub.ask("GET", "/v1/demo/topics/a").status()).isEqualTo(404);
        assertThat(hub.post("/v1/demo/topics/a", "2").status()).isEqualTo(200);
    }

    @Test
    void historyIsReadPageByPage() {
        for (int i = 1; i <= 3; i++) {
            hub.post("/v1/demo/topics/a", "" + i);
        }

        String first = hub.ask("GET", "/v1/demo/history?topic=a&limit=2").body();
        String next = first.replaceFirst(".*\"next\":\"([^\"]*)\".*", "$1");
        String second = hub.ask("GET", "/v1/demo/history?topic=a&after=" + next).body();

        assertThat(first)
                .contains("\"message\":1", "\"message\":2", "\"gap\":null")
                .doesNotContain("\"message\":3");
        assertThat(second).contains("\"message\":3").doesNotContain("\"message\":2");
        assertThat(second).contains("\"head\":\"" + second.replaceFirst(".*\"next\":\"([^\"]*)\".*", "$1") + "\"");
    }

    @Test
    void aBodyOfAMebibyteIsTakenInPiecesAndAskedForFirst() {
        byte[] message = ("\"" + "x".repeat((1 << 20) - 2) + "\"").getBytes(StandardCharsets.US_ASCII);
        try (Wire wire = hub.dial()) {
            wire.send("POST /v1/demo/topics/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
                    + message.length + "\r\n\r\n");
            assertThat(wire.until("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            wire.send(message);

            assertThat(wire.response().status()).isEqualTo(200);
        }
    }

    @Test
    void aChunkedBodyIsTaken() {
        try (Wire wire = hub.dial()) {
            wire.send("POST /v1/demo/topics/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            wire.send("3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n");

            assertThat(wire.response().status()).isEqualTo(200);
        }
        assertThat(hub.ask("GET", "/v1/demo/history?topic=a").body()).contains("\"message\":[1,2]");
    }

    @Test
    void manyRequestsMaySentBeforeTheFirstAnswer() {
        try (Wire wire = hub.dial()) {
            StringBuilder all = new StringBuilder();
            for (int i = 1; i <= 200; i++) {
                all.append("POST /v1/demo/topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n")
                        .append(100 + i);
            }
            wire.send(all.toString());

            for (int i = 1; i <= 200; i++) {
                assertThat(wire.response().body()).contains("-" + Integer.toString(i, 36) + "-");
            }
        }
    }

    @Test
    void clientsOfHttp10AreAnswered() {
        try (Wire wire = hub.dial()) {
            wire.send("GET /livez HTTP/1.0\r\n\r\n");

            assertThat(new String(wire.rest(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("Connection: close\r\n")
                    .endsWith("\r\n\r\nok\n");
        }
    }

    @Test
    void headIsAnsweredWithoutABody() {
        try (Wire wire = hub.dial()) {
            Wire.Response head = wire.request("HEAD", "/livez", "").response(true);
            Wire.Response next = wire.request("GET", "/livez", "").response();

            assertThat(head.header("Content-Length")).isEqualTo("3");
            assertThat(next.body()).isEqualTo("ok\n");
        }
    }
}
