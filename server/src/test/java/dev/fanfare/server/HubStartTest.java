package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Broadcaster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubStartTest {
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::"})
    void refusesToListenBeyondLoopbackAndSaysWhatToDo(String host) {
        assertThatThrownBy(() -> Hub.on(Broadcaster.noop()).host(host).port(0).start())
                .isInstanceOf(HubException.class)
                .hasMessageContaining("refused to listen on " + host)
                .hasMessageContaining("no authentication yet; listen on 127.0.0.1");
    }

    @Test
    void aPortInUseIsNamed() {
        try (TestHub first = TestHub.start()) {
            assertThatThrownBy(() -> TestHub.start(builder -> builder.port(first.port())))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("port " + first.port())
                    .hasMessageContaining("choose another port");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65536})
    void aPortThatIsNoneIsRefused(int port) {
        assertThatThrownBy(() -> Hub.on(Broadcaster.noop()).port(port)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void servesOverEveryTransport(Transport transport) {
        try (TestHub hub = TestHub.start(builder -> builder.transport(transport));
                EventStream stream = hub.stream("topic=a").subscribed()) {
            hub.app().topic("a").publish("1");

            assertThat(stream.next()).contains("\"message\":1,");
        }
    }

    @Test
    void servesOverTheNoopBroadcaster() {
        try (TestHub hub = TestHub.start(Broadcaster.noop(), builder -> builder)) {
            assertThat(hub.post("/v1/demo/topics/a", "1").body()).contains("\"durability\":\"none\"");
        }
    }

    @Test
    void countsWhatItDoes() {
        try (TestHub hub = TestHub.start();
                EventStream stream = hub.stream("topic=a").subscribed();
                WebSocketPeer socket = hub.webSocket()) {
            socket.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"a\",\"after\":\"0-0-00000000\"}");
            hub.post("/v1/demo/topics/a", "1");
            stream.next();
            socket.next();
            hub.post("/v1/demo/jobs/7", "{\"progress\":0.5}");
            hub.post("/v1/demo/topics/a", "{");

            assertThat(hub.metric("fanfare_connections{transport=\"sse\"}")).isEqualTo("1.0");
            assertThat(hub.metric("fanfare_connections{transport=\"websocket\"}"))
                    .isEqualTo("1.0");
            assertThat(hub.metric("fanfare_events_delivered_total{transport=\"sse\"}"))
                    .isEqualTo("1.0");
            assertThat(hub.metric("fanfare_events_delivered_total{transport=\"websocket\"}"))
                    .isEqualTo("1.0");
            assertThat(hub.metric("fanfare_publish_seconds_count")).isEqualTo("2");
            assertThat(hub.metric("fanfare_events_published_total")).isEqualTo("2.0");
            assertThat(hub.metric("fanfare_subscriptions")).isEqualTo("2.0");
            assertThat(hub.metric("fanfare_resumes_total")).isEqualTo("1.0");
            assertThat(hub.metric("fanfare_delivery_seconds_count")).isNotEqualTo("0");
            assertThat(hub.metric("fanfare_refused_total{code=\"bad_json\"}")).isEqualTo("1.0");
        }
    }

    @Test
    void beyondTheLimitOfConnectionsEachKindOfRequestIsToldSo() {
        try (TestHub hub = TestHub.start(builder -> builder.limits(Limits.DEFAULT.withConnections(1)));
                EventStream first = hub.stream("topic=a").subscribed()) {
            assertThat(hub.ask("GET", "/livez").code()).isEqualTo("too_many_connections");
            assertThat(hub.ask("GET", "/v1/demo/events?topic=a").body()).contains("event: refused\n");
            try (WebSocketPeer socket = hub.webSocket()) {
                assertThat(socket.next()).contains("\"code\":\"too_many_connections\"");
                assertThat(socket.frame().code()).isEqualTo(4429);
            }
            hub.app().topic("a").publish("1");
            assertThat(first.next()).as("who is in stays in").contains("\"message\":1,");
        }
    }
}
