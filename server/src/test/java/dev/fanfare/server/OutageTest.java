package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutageTest {
    private final FailingBackend store = new FailingBackend();
    private final TestHub hub = TestHub.start(Broadcaster.on(store), builder -> builder);

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void allStreamsAreToldOfTheOutageAndOfTheReturn() {
        try (EventStream stream = hub.stream("topic=a").subscribed();
                WebSocketPeer socket = hub.webSocket()) {
            socket.ask("{\"type\":\"ping\",\"id\":1}");

            store.goAway();
            assertThat(stream.nextEvent())
                    .isEqualTo("event: degraded\ndata: {\"type\":\"degraded\",\"code\":\"store_unavailable\"}\n\n");
            assertThat(socket.next()).isEqualTo("{\"type\":\"degraded\",\"code\":\"store_unavailable\"}");

            store.comeBack();
            assertThat(stream.nextEvent()).isEqualTo("event: recovered\ndata: {\"type\":\"recovered\"}\n\n");
            assertThat(socket.next()).isEqualTo("{\"type\":\"recovered\"}");

            hub.app().topic("a").publish("1");
            assertThat(stream.nextEvent()).contains("\"message\":1,");
        }
    }

    @Test
    void theHubLivesButIsNotReadyWhileTheStoreIsAway() {
        store.goAway();

        assertThat(hub.ask("GET", "/livez").status()).isEqualTo(200);
        Wire.Response ready = hub.ask("GET", "/readyz");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.body()).contains("pulled");

        store.comeBack();
        assertThat(hub.ask("GET", "/readyz").status()).isEqualTo(200);
    }

    @Test
    void publishesFailWithAWordOnWhenToTryAgain() {
        store.goAway();

        Wire.Response answer = hub.post("/v1/demo/topics/a", "1");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("store_unavailable");
        assertThat(answer.header("Retry-After")).isEqualTo("3");
    }

    @Test
    void aStreamIsRefusedInAWayThatBrowsersComeBackFrom() {
        store.goAway();

        try (EventStream stream = hub.stream("topic=never-read")) {
            assertThat(stream.head().status()).isEqualTo(200);
            assertThat(stream.head().header("Content-Type")).isEqualTo("text/event-stream");
            String body = new String(
                    stream.wire().exactly(Integer.parseInt(stream.head().header("Content-Length"))),
                    java.nio.charset.StandardCharsets.UTF_8);
            assertThat(body)
                    .matches("(?s)retry: [23][0-9]{3}\n\nevent: refused\ndata: \\{\"type\":\"refused\","
                            + "\"code\":\"store_unavailable\",\"detail\":\".*\",\"retry_after_ms\":[23][0-9]{3}}\n\n");
            assertThat(stream.wire().isClosedByHub()).isTrue();
        }
    }

    @Test
    void aStoreThatHasTooMuchToDoIsAskedAgainLater() {
        Wire.Response answer = hub.post("/v1/demo/topics/busy", "1");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.code()).isEqualTo("overloaded");
        assertThat(answer.header("Retry-After")).isEqualTo("3");

        try (WebSocketPeer socket = hub.webSocket()) {
            assertThat(socket.ask("{\"type\":\"publish\",\"id\":1,\"topic\":\"busy\",\"message\":1}"))
                    .contains("\"type\":\"error\"", "\"code\":\"overloaded\"");
        }
    }

    @Test
    void aStoreThatIsFullOrBrokenIsToldFromOneThatIsAway() {
        assertThat(hub.post("/v1/demo/topics/full", "1").status()).isEqualTo(507);

        Wire.Response broken = hub.post("/v1/demo/topics/broken", "1");
        assertThat(broken.status()).isEqualTo(500);
        assertThat(broken.code()).isEqualTo("internal");
        assertThat(broken.body()).doesNotContain("java", "Secret", "passwd");
    }

    @Test
    void anAppThatHasAllItsTopicsTakesNoMore() {
        hub.post("/v1/demo/topics/a", "1");
        hub.post("/v1/demo/topics/b", "1");

        Wire.Response answer = hub.post("/v1/demo/topics/c", "1");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.code()).isEqualTo("app_full");
    }
}
