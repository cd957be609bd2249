package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// All that the hub does because time passes. A request before each step makes sure that the hub has read what was
/// sent.
class PatienceTest {
    private final ManualClock clock = new ManualClock();
    private final TestHub hub = TestHub.start(builder -> builder.clock(clock).loops(1));

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void anEventStreamBeatsEveryFifteenSeconds() {
        try (EventStream stream = hub.stream("topic=a").subscribed()) {
            for (int i = 0; i < 3; i++) {
                pass(Duration.ofSeconds(13));
                hub.app().topic("a").publish("1");
                assertThat(stream.next()).as("no heartbeat yet").contains("\"message\":1,");
                pass(Duration.ofSeconds(2));
                assertThat(stream.next()).isEqualTo(":\n\n");
            }
        }
    }

    @Test
    void whoeverIsToBeSpokenToMoreOftenIsFromTheBeginning() {
        Timing lively = Timing.DEFAULT.withBeats(Duration.ofSeconds(2), Duration.ofSeconds(3));
        try (TestHub other =
                        TestHub.start(builder -> builder.clock(clock).loops(1).timing(lively));
                EventStream stream = other.stream("topic=a").subscribed();
                WebSocketPeer peer = other.webSocket()) {
            peer.ask("{\"type\":\"ping\",\"id\":1}");
            pass(other, Duration.ofSeconds(4));
            other.app().topic("a").publish("1");
            assertThat(stream.next()).isEqualTo(":\n\n");
            assertThat(peer.frame().first()).isEqualTo(WebSocketPeer.PING);
        }
    }

    @Test
    void aWebSocketIsPingedAndClosedWithoutItsPong() {
        try (WebSocketPeer peer = hub.webSocket()) {
            peer.ask("{\"type\":\"ping\",\"id\":1}");
            pass(Duration.ofSeconds(26));
            assertThat(peer.frame().first()).isEqualTo(WebSocketPeer.PING);
            peer.send(WebSocketPeer.PONG, new byte[0]).ask("{\"type\":\"ping\",\"id\":2}");

            pass(Duration.ofSeconds(23));
            peer.ask("{\"type\":\"ping\",\"id\":3}"); // is answered first: there was no ping yet
            pass(Duration.ofSeconds(3));
            assertThat(peer.frame().first()).as("the pong was enough").isEqualTo(WebSocketPeer.PING);
            pass(Duration.ofSeconds(10));
            assertThat(peer.wire().isClosedByHub()).isTrue();
        }
    }

    @Test
    void whoSendsHeadersTooSlowlyIsClosedAfterTenSeconds() {
        try (Wire slow = hub.dial();
                Wire silent = hub.dial()) {
            slow.send("GET /livez HTTP/1.1\r\nHost: loc");
            pass(Duration.ofSeconds(5));
            slow.send("al");
            pass(Duration.ofSeconds(7));

            assertThat(slow.isClosedByHub()).isTrue();
            assertThat(silent.isClosedByHub()).isTrue();
            assertThat(hub.metric("fanfare_timeouts_total")).isEqualTo("2.0");
        }
    }

    @Test
    void whoSendsABodyTooSlowlyIsClosedAndWhoKeepsSendingIsNot() {
        try (Wire slow = hub.dial();
                Wire steady = hub.dial()) {
            String head = "POST /v1/demo/topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100002\r\n\r\n\"";
            slow.send(head);
            steady.send(head);
            slow.send("x");
            for (int i = 0; i < 5; i++) {
                steady.send("x".repeat(20_000));
                pass(Duration.ofSeconds(5));
            }
            steady.send("\"");

            assertThat(slow.isClosedByHub()).isTrue();
            assertThat(steady.response().status()).isEqualTo(200);
        }
    }

    @Test
    void anIdleConnectionIsKeptForTheNextRequestForAWhile() {
        try (Wire wire = hub.dial()) {
            wire.request("GET", "/livez", "").response();
            pass(Duration.ofSeconds(60));
            assertThat(wire.request("GET", "/livez", "").response().status()).isEqualTo(200);
            pass(Duration.ofSeconds(85));
            assertThat(wire.isClosedByHub()).isTrue();
        }
    }

    @Test
    void aWebSocketThatDoesNotReadIsClosedAsSlow() {
        try (WebSocketPeer peer = hub.webSocket()) {
            peer.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a\"}");
            String message = "\"" + "x".repeat(500_000) + "\"";
            while (hub.metric("fanfare_slow_consumers_total{policy=\"own_cursor\"}")
                    .equals("0.0")) {
                hub.app().topic("a").publish(message);
            }
            pass(Duration.ofSeconds(60));

            assertThat(hub.metric("fanfare_slow_consumers_total{policy=\"closed\"}"))
                    .isEqualTo("1.0");
            assertThat(hub.metric("fanfare_connections{transport=\"websocket\"}"))
                    .isEqualTo("0.0");
        }
    }

    /// Lets time pass second by second, once the hub has done what it was asked before.
    private void pass(Duration time) {
        pass(hub, time);
    }

    private void pass(TestHub of, Duration time) {
        for (int i = 0; i < time.toSeconds(); i++) {
            of.ask("GET", "/livez");
            clock.advance(Duration.ofSeconds(1));
        }
        of.ask("GET", "/livez");
    }
}
