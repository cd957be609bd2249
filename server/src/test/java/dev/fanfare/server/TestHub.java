package dev.fanfare.server;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.memory.MemoryBackend;
import java.util.Locale;
import java.util.function.UnaryOperator;

/// A hub on a free port, over a broadcaster in memory.
final class TestHub implements AutoCloseable {
    private final Broadcaster broadcaster;
    private final Hub hub;

    private TestHub(Broadcaster broadcaster, Hub hub) {
        this.broadcaster = broadcaster;
        this.hub = hub;
    }

    static TestHub start() {
        return start(builder -> builder);
    }

    static TestHub start(UnaryOperator<HubBuilder> settings) {
        return start(Broadcaster.on(MemoryBackend.create()), settings);
    }

    static TestHub start(Broadcaster broadcaster, UnaryOperator<HubBuilder> settings) {
        return new TestHub(
                broadcaster, settings.apply(Hub.on(broadcaster).port(0)).start());
    }

    Hub hub() {
        return hub;
    }

    int port() {
        return hub.port();
    }

    App app() {
        return broadcaster.app("demo");
    }

    Broadcaster broadcaster() {
        return broadcaster;
    }

    /// Opens a connection.
    Wire dial() {
        return Wire.dial(port());
    }

    /// Asks one thing on a connection of its own.
    Wire.Response ask(String method, String path, String... headers) {
        try (Wire wire = dial()) {
            wire.request(method, path, "", headers);
            return wire.response();
        }
    }

    /// Asks one thing, with a body unless it is empty, on a connection of its own.
    Wire.Response asked(String method, String path, String body, String... headers) {
        try (Wire wire = dial()) {
            wire.request(method.toUpperCase(Locale.ROOT), path, body, headers);
            return wire.response();
        }
    }

    /// Posts on a connection of its own.
    Wire.Response post(String path, String body, String... headers) {
        try (Wire wire = dial()) {
            wire.request("POST", path, body, headers);
            return wire.response();
        }
    }

    /// Returns the value of a metric, by its name and labels as they are written; empty if it is not there.
    String metric(String name) {
        return ask("GET", "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }

    /// Opens an event stream and reads past its beginning.
    EventStream stream(String query, String... headers) {
        return EventStream.open(port(), "/v1/demo/events?" + query, headers);
    }

    WebSocketPeer webSocket() {
        return WebSocketPeer.open(port(), "/v1/demo/ws");
    }

    @Override
    public void close() {
        hub.close();
        broadcaster.close();
    }
}
