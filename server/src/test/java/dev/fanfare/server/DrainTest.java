package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DrainTest {
    @Test
    void readersAreToldToComeBackAndThenClosed() {
        try (TestHub hub = TestHub.start();
                EventStream stream = hub.stream("topic=a").subscribed();
                WebSocketPeer socket = hub.webSocket();
                Wire idle = hub.dial()) {
            idle.request("GET", "/livez", "").response();
            socket.ask("{\"type\":\"ping\",\"id\":1}");

            hub.hub().close();

            assertThat(stream.next()).matches("retry: [1-4][0-9]{3}\n\n");
            assertThat(stream.next()).as("a whole stream, without an end").isEmpty();
            assertThat(socket.next()).matches("\\{\"type\":\"goodbye\",\"after_ms\":[1-4][0-9]{3}}");
            assertThat(socket.frame().code()).isEqualTo(1012);
            assertThat(idle.isClosedByHub()).isTrue();
        }
    }

    @Test
    void whoComesWhileTheHubDrainsIsToldSo() throws Exception {
        try (TestHub hub = TestHub.start(builder -> builder.loops(1));
                Wire idle = hub.dial();
                Wire busy = hub.dial()) {
            busy.request("GET", "/livez", "").response();
            // a request of which only half has come keeps the hub from being done
            busy.send("POST /v1/demo/topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n1");
            idle.request("GET", "/livez", "").response();

            var closing = CompletableFuture.runAsync(hub.hub()::close);
            assertThat(idle.isClosedByHub()).isTrue();

            assertThatNewcomersAreRefused(hub);
            busy.send("1");
            assertThat(busy.response().status())
                    .as("what was under way is finished")
                    .isEqualTo(200);
            closing.get();
        }
    }

    private static void assertThatNewcomersAreRefused(TestHub hub) {
        Wire.Response refused = hub.ask("GET", "/livez");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("shutting_down");
        assertThat(refused.header("Retry-After")).isEqualTo("3");

        Wire.Response stream = hub.ask("GET", "/v1/demo/events?topic=a");
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.body()).startsWith("retry: ").contains("event: refused\n", "\"code\":\"shutting_down\"");

        try (WebSocketPeer socket = hub.webSocket()) {
            assertThat(socket.next()).contains("\"type\":\"refused\"", "\"code\":\"shutting_down\"");
            assertThat(socket.frame().code()).isEqualTo(1012);
        }
    }
}
