package dev.fanfare;

import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Names;
import java.util.function.Consumer;

/// Does nothing, and says so.
///
/// Threads: safe, without state.
final class NoopBroadcaster implements Broadcaster {
    static final Broadcaster INSTANCE = new NoopBroadcaster();

    private NoopBroadcaster() {}

    @Override
    public App app(String name) {
        return new NoopApp(Names.requireApp(name));
    }

    @Override
    public BackendHealth health() {
        return BackendHealth.AVAILABLE;
    }

    @Override
    public AutoCloseable onHealth(Consumer<BackendHealth> listener) {
        return () -> {};
    }

    @Override
    public void close() {
        // nothing is open
    }
}
