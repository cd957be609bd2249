package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WebSocketTest {
    private final TestHub hub = TestHub.start();
    private final WebSocketPeer peer = hub.webSocket();

    @AfterEach
    void close() {
        peer.close();
        hub.close();
    }

    @Test
    void aTopicIsDeliveredAfterTheSubscriptionIsAcknowledged() {
        assertThat(peer.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a\"}"))
                .isEqualTo("{\"type\":\"ok\",\"id\":1,\"position\":\"0-0-00000000\"}");

        hub.app().topic("a").publish(Event.json("{\"total\": 12}").named("created"));

        assertThat(peer.next())
                .matches("\\{\"type\":\"event\",\"topic\":\"a\",\"event\":\"created\",\"message\":\\{\"total\":12},"
                        + "\"published_at\":\"[^\"]+\",\"position\":\"[^\"]+\"}");
    }

    @Test
    void aSubscriptionResumesAfterAPosition() {
        Position first = hub.app().topic("a").publish("1").position();
        hub.app().topic("a").publish("2");

        assertThat(peer.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a\",\"after\":\"" + first + "\"}"))
                .contains("\"position\":\"" + first + "\"");
        assertThat(peer.next()).contains("\"message\":2,");
    }

    @Test
    void aPatternResumesAfterThePositionsOfItsTopics() {
        Position one = hub.app().topic("orders/1").publish("1").position();
        var two = hub.app().topic("orders/2").publish("2");
        hub.app().topic("orders/1").publish("3");

        peer.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"orders/*\",\"after\":{\"orders/1\":\"" + one
                + "\",\"orders/2\":\"" + two.position() + "\"},\"since\":\"" + two.publishedAt() + "\"}");

        assertThat(peer.next()).contains("\"message\":3,");
    }

    @Test
    void aJobIsReportedAndWatchedOverOneConnection() {
        peer.ask("{\"type\":\"subscribe\",\"id\":1,\"job\":\"j\"}");
        peer.send("{\"type\":\"job\",\"id\":2,\"job\":\"j\",\"update\":{\"status\":\"complete\"}}");

        String first = peer.next();
        String second = peer.next();
        String third = peer.next();

        assertThat(first).startsWith("{\"type\":\"ok\",\"id\":2,").contains("\"state\":{\"type\":\"job\"");
        assertThat(second).startsWith("{\"type\":\"job\",\"job_id\":\"j\",\"status\":\"complete\"");
        assertThat(third).startsWith("{\"type\":\"end\",\"job_id\":\"j\",\"reason\":\"complete\"");
        assertThat(peer.ask("{\"type\":\"ping\",\"id\":3}"))
                .as("the connection stays")
                .isEqualTo("{\"type\":\"ok\",\"id\":3}");
    }

    @Test
    void aPublishIsAcknowledgedWithTheFieldsOfABatchLine() {
        assertThat(peer.ask(
                        "{\"type\":\"publish\",\"id\":1,\"topic\":\"a\",\"message\":1,\"event\":\"x\",\"snapshot\":true,"
                                + "\"conflate\":true,\"idempotency_key\":\"k\"}"))
                .matches(
                        "\\{\"type\":\"ok\",\"id\":1,\"position\":\"[^\"]+\",\"published_at\":\"[^\"]+\",\"durability\":\"memory\"}");
        assertThat(peer.ask("{\"type\":\"publish\",\"id\":2,\"topic\":\"a\",\"message\":1,\"idempotency_key\":\"k\"}"))
                .endsWith(",\"duplicate\":true}");
    }

    @Test
    void nothingFollowsOnceUnsubscribed() {
        peer.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a\"}");
        assertThat(peer.ask("{\"type\":\"unsubscribe\",\"id\":2,\"topic\":\"a\"}"))
                .isEqualTo("{\"type\":\"ok\",\"id\":2}");

        hub.app().topic("a").publish("1");

        assertThat(peer.ask("{\"type\":\"ping\",\"id\":3}")).isEqualTo("{\"type\":\"ok\",\"id\":3}");
        assertThat(peer.ask("{\"type\":\"unsubscribe\",\"id\":4,\"topic\":\"a\"}"))
                .contains("\"code\":\"not_found\"");
    }

    @Test
    void anEndedTopicMayBeSubscribedToAgain() {
        hub.app().topic("a").publish(Event.json("1").closing(new CloseReason("done")));

        for (int id = 1; id <= 2; id++) {
            assertThat(peer.ask("{\"type\":\"subscribe\",\"id\":" + id + ",\"topic\":\"a\"}"))
                    .contains("\"ok\"");
            assertThat(peer.next()).contains("\"type\":\"end\"", "\"reason\":\"done\"");
        }
    }

    static Stream<Arguments> badRequests() {
        return Stream.of(
                arguments("not json", "null", "bad_json"),
                arguments("[1]", "null", "bad_json"),
                arguments("{\"type\":\"ping\",\"id\":1,\"id\":2}", "null", "bad_json"),
                arguments("{\"id\":1}", "1", "bad_parameter"),
                arguments("{\"type\":\"dance\",\"id\":1}", "1", "bad_parameter"),
                arguments("{\"type\":\"ping\",\"id\":\"x\"}", "null", "bad_parameter"),
                arguments("{\"type\":\"ping\",\"id\":1,\"colour\":2}", "1", "unknown_field"),
                arguments("{\"type\":\"subscribe\",\"id\":1}", "1", "bad_parameter"),
                arguments("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a\",\"job\":\"b\"}", "1", "bad_parameter"),
                arguments("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a//b\"}", "1", "bad_topic"),
                arguments("{\"type\":\"subscribe\",\"id\":1,\"topic\":7}", "1", "bad_parameter"),
                arguments(
                        "{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a\",\"from\":\"monday\"}", "1", "bad_parameter"),
                arguments("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a*\"}", "1", "bad_topic"),
                arguments(
                        "{\"type\":\"subscribe\",\"id\":1,\"topic\":\"*\",\"after\":{\"a\":\"1-1-00000000\"}}",
                        "1",
                        "bad_parameter"),
                arguments("{\"type\":\"publish\",\"id\":1,\"topic\":\"a\"}", "1", "bad_parameter"),
                arguments(
                        "{\"type\":\"publish\",\"id\":1,\"topic\":\"a\",\"message\":1,\"event\":\"gap\"}",
                        "1",
                        "bad_event_name"),
                arguments(
                        "{\"type\":\"publish\",\"id\":1,\"topic\":\"a\",\"message\":1,\"event\":\"a\\nid: 7\"}",
                        "1",
                        "bad_event_name"),
                arguments(
                        "{\"type\":\"publish\",\"id\":1,\"topic\":\"a\",\"message\":1,\"close\":\"a\\u0000\"}",
                        "1",
                        "bad_parameter"),
                arguments("{\"type\":\"publish\",\"id\":1,\"topic\":\"$x\",\"message\":1}", "1", "bad_topic"),
                arguments(
                        "{\"type\":\"publish\",\"id\":1,\"topic\":\"a\",\"message\":" + "[".repeat(70) + "]".repeat(70)
                                + "}",
                        "null",
                        "bad_json"),
                arguments("{\"type\":\"job\",\"id\":1,\"job\":\"j\",\"update\":{\"progress\":2}}", "1", "bad_progress"),
                arguments("{\"type\":\"job\",\"id\":1,\"job\":\"j\",\"update\":{\"colour\":2}}", "1", "unknown_field"),
                arguments(
                        "{\"type\":\"job\",\"id\":1,\"job\":\"j\",\"update\":{},\"existing\":true}",
                        "1",
                        "unknown_job"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void aBadRequestIsAnErrorAndTheConnectionStays(String request, String id, String code) {
        assertThat(peer.ask(request))
                .startsWith("{\"type\":\"error\",\"id\":" + id + ",\"code\":\"" + code + "\",\"detail\":\"");
        assertThat(peer.ask("{\"type\":\"ping\",\"id\":9}")).isEqualTo("{\"type\":\"ok\",\"id\":9}");
    }

    @Test
    void anEndedJobIsRefusedWithItsState() {
        hub.app().jobs().cancel("j");

        assertThat(peer.ask("{\"type\":\"job\",\"id\":1,\"job\":\"j\",\"update\":{\"progress\":0.5}}"))
                .contains("\"code\":\"job_ended\"", "\"state\":{\"type\":\"job\"", "\"cancelled\"");
    }

    @Test
    void oneConnectionSubscribesToATopicOnce() {
        peer.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a\"}");

        assertThat(peer.ask("{\"type\":\"subscribe\",\"id\":2,\"topic\":\"a\"}"))
                .contains("\"code\":\"conflict\"");
    }

    @Test
    void oneConnectionNamesAtMost128Topics() {
        for (int i = 0; i < 128; i++) {
            assertThat(peer.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"t" + i + "\"}"))
                    .contains("\"ok\"");
        }
        assertThat(peer.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"one more\"}"))
                .contains("\"code\":\"too_many_topics\"");
        peer.ask("{\"type\":\"unsubscribe\",\"id\":1,\"topic\":\"t7\"}");
        assertThat(peer.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"one more\"}"))
                .contains("\"ok\"");
    }

    static Stream<Arguments> badFrames() {
        return Stream.of(
                arguments("binary", 1003, frames(WebSocketPeer.BINARY, new byte[] {1})),
                arguments("invalid UTF-8", 1007, frames(WebSocketPeer.TEXT, new byte[] {(byte) 0xC3, '('})),
                arguments("unmasked", 1002, (Sender) peer -> peer.send(WebSocketPeer.TEXT, new byte[] {'1'}, false)),
                arguments("reserved bits", 1002, frames(0xC1, new byte[] {'1'})),
                arguments("reserved opcode", 1002, frames(0x83, new byte[] {'1'})),
                arguments("nothing to continue", 1002, frames(0x80, new byte[] {'1'})),
                arguments("fragmented ping", 1002, frames(0x09, new byte[] {'1'})),
                arguments("long ping", 1002, frames(WebSocketPeer.PING, new byte[126])),
                arguments("goodbye of one byte", 1002, frames(WebSocketPeer.CLOSE, new byte[1])),
                arguments("goodbye with a bad code", 1002, frames(WebSocketPeer.CLOSE, code(1005))),
                arguments("a text in a text", 1002, (Sender)
                        peer -> peer.send(0x01, new byte[] {'1'}).send(WebSocketPeer.TEXT, new byte[] {'1'})),
                arguments("oversized", 1009, frames(WebSocketPeer.TEXT, new byte[(1 << 20) + 1])),
                arguments("oversized in two frames", 1009, (Sender)
                        peer -> peer.send(0x01, new byte[1 << 20]).send(0x80, new byte[1])),
                arguments("65 fragments, all empty", 1008, (Sender) peer -> {
                    peer.send(0x01, new byte[0]);
                    for (int i = 0; i < 64; i++) {
                        peer.send(0x00, new byte[0]);
                    }
                }));
    }

    @ParameterizedTest(name = "{0} → {1}")
    @MethodSource("badFrames")
    void aBadFrameEndsTheConnectionWithItsCode(String what, int code, Sender sender) {
        sender.send(peer);

        WebSocketPeer.Frame goodbye = peer.frame();

        assertThat(goodbye.first()).isEqualTo(WebSocketPeer.CLOSE);
        assertThat(goodbye.code()).isEqualTo(code);
        assertThat(peer.wire().isClosedByHub()).isTrue();
        assertThat(hub.ask("GET", "/livez").status()).as("others are served").isEqualTo(200);
    }

    @Test
    void aFragmentedRequestIsTaken() {
        peer.send(0x01, "{\"type\":\"pi".getBytes(StandardCharsets.UTF_8));
        peer.send(WebSocketPeer.PING, new byte[] {7});
        peer.send(0x80, "ng\",\"id\":1}".getBytes(StandardCharsets.UTF_8));

        WebSocketPeer.Frame pong = peer.frame();

        assertThat(pong.first()).isEqualTo(WebSocketPeer.PONG);
        assertThat(pong.text()).isEqualTo("\u0007");
        assertThat(peer.next()).isEqualTo("{\"type\":\"ok\",\"id\":1}");
    }

    @Test
    void aGoodbyeIsAnsweredWithItsCode() {
        peer.send(WebSocketPeer.CLOSE, code(3000));

        assertThat(peer.frame().code()).isEqualTo(3000);
        assertThat(peer.wire().isClosedByHub()).isTrue();
    }

    interface Sender {
        void send(WebSocketPeer peer);
    }

    private static Sender frames(int first, byte[] payload) {
        return peer -> peer.send(first, payload);
    }

    private static byte[] code(int code) {
        return ByteBuffer.allocate(2).putShort((short) code).array();
    }
}
