package dev.fanfare;

import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import java.util.function.Consumer;

/// Where Fanfare begins: publishes events and job updates to everyone who watches.
///
/// {@snippet class="dev.fanfare.SnippetsTest" region="first-steps" }
///
/// Threads: safe. One is enough for a program.
public interface Broadcaster extends AutoCloseable {
    /// Starts a broadcaster on the backend, which it then owns, with the default settings.
    ///
    /// @throws BackendUnavailableException if the backend does not start
    static Broadcaster on(Backend backend) {
        return builder(backend).start();
    }

    static BroadcasterBuilder builder(Backend backend) {
        return new BroadcasterBuilder(backend);
    }

    /// Returns a broadcaster that does nothing, for wiring and tests: publishes are acknowledged with
    /// [Durability#NONE], subscriptions end at once.
    static Broadcaster noop() {
        return NoopBroadcaster.INSTANCE;
    }

    /// Returns the app of that name; it need not be made first.
    ///
    /// @throws InvalidValueException `bad_app` if `name` is not an app's name
    App app(String name);

    /// Returns whether the backend can be relied on just now. Never blocks.
    BackendHealth health();

    /// Calls `listener` whenever the backend goes away or comes back, on a thread that must not be held up.
    ///
    /// @return stops the calls when closed
    AutoCloseable onHealth(Consumer<BackendHealth> listener);

    /// Closes all cursors, then the backend.
    @Override
    void close();
}
