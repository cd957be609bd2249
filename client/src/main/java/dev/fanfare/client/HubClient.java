package dev.fanfare.client;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Names;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// A broadcaster whose topics and jobs live in a hub.
///
/// {@snippet class="dev.fanfare.client.SnippetsTest" region="connect" }
///
/// Publishes fail within two seconds when the hub cannot be reached. One whose connection breaks is sent again with
/// the same idempotency key, its publisher's or one made for it, so it is stored once. Subscriptions fail in the same
/// way to begin, but once begun they last: when their stream breaks they come back to the place where they were, for
/// ever, and [#health()] tells while they cannot.
///
/// Threads: safe. All subscriptions share a few threads, on which their wake-ups run and what is attached to stages.
public final class HubClient implements Broadcaster {
    private final Link link;
    private final Map<String, RemoteApp> apps = new ConcurrentHashMap<>();

    HubClient(Link link) {
        this.link = link;
    }

    /// Returns a client of the hub at `hub`, as `http://127.0.0.1:7780`, with the default settings.
    ///
    /// Does not wait for the hub: whether it can be reached shows with the first use.
    ///
    /// @throws IllegalArgumentException if `hub` is not the address of a hub
    public static HubClient connect(URI hub) {
        return builder(hub).connect();
    }

    /// Returns the settings of a client of the hub at `hub`, to change and then connect.
    ///
    /// @throws IllegalArgumentException if `hub` is not the address of a hub
    public static HubClientBuilder builder(URI hub) {
        return new HubClientBuilder(hub);
    }

    @Override
    public App app(String name) {
        RemoteApp known = apps.get(name);
        return known != null ? known : apps.computeIfAbsent(Names.requireApp(name), app -> new RemoteApp(link, app));
    }

    /// Returns whether the hub could be reached when it was last needed, and has its store. Never blocks.
    @Override
    public BackendHealth health() {
        return link.health().now();
    }

    @Override
    public AutoCloseable onHealth(Consumer<BackendHealth> listener) {
        return link.health().listen(listener);
    }

    /// Ends all subscriptions, and fails what is under way. The hub goes on.
    @Override
    public void close() {
        link.close();
    }
}
