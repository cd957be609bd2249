package dev.fanfare.benchmarks;

import dev.fanfare.hub.config.Settings;
import dev.fanfare.spi.Backend;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;

/// A store, by the name that a hub takes with `--store`.
record Store(String name) {
    /// Makes a backend on it, not yet started.
    Backend open() {
        try {
            return Settings.STORE.type().reader().apply(name).backend();
        } catch (RuntimeException refused) {
            throw new IllegalArgumentException(
                    "the store must be " + Settings.STORE.type().rule(), refused);
        }
    }

    /// Tells whether other processes can have it open, too.
    boolean isShared() {
        return open().capabilities().shared();
    }

    /// Returns where its server listens; empty if it has none, or several, or its port is not named.
    Optional<InetSocketAddress> server() {
        URI uri = address();
        return uri.getHost() == null || uri.getPort() < 0
                ? Optional.empty()
                : Optional.of(new InetSocketAddress(uri.getHost(), uri.getPort()));
    }

    /// Returns the same store by way of another port of this machine.
    Store through(int port) {
        URI uri = address();
        return new Store(name.replace(uri.getHost() + ":" + uri.getPort(), "127.0.0.1:" + port));
    }

    private URI address() {
        int slashes = name.indexOf("//");
        return URI.create(slashes < 0 ? "none" : name.substring(slashes));
    }
}
