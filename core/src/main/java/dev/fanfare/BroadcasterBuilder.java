package dev.fanfare;

import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Clock;
import java.util.ArrayList;
import java.util.List;

/// Settings of a broadcaster on a backend.
///
/// Threads: confined to the one that builds.
public final class BroadcasterBuilder {
    private final Backend backend;
    private final List<PolicyRule> rules = new ArrayList<>();
    private TopicPolicy defaultPolicy = TopicPolicy.DEFAULT;
    private Clock clock = Clock.system();
    private long windowBytes = Runtime.getRuntime().maxMemory() / 4;

    BroadcasterBuilder(Backend backend) {
        this.backend = backend;
    }

    /// Sets what topics keep that no rule matches; [TopicPolicy#DEFAULT] by default.
    public BroadcasterBuilder policy(TopicPolicy policy) {
        defaultPolicy = policy;
        return this;
    }

    /// Sets what the app's topics keep whose names match `pattern`. Of several rules the first that matches holds.
    public BroadcasterBuilder policy(String app, TopicPattern pattern, TopicPolicy policy) {
        rules.add(new PolicyRule(app, pattern, policy));
        return this;
    }

    /// Sets how many bytes of recent messages all topics with readers hold together in memory; by default a quarter of
    /// the heap. Beyond that, readers that are behind read from the backend.
    public BroadcasterBuilder windowBytes(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("windowBytes must be positive: " + bytes);
        }
        windowBytes = bytes;
        return this;
    }

    public BroadcasterBuilder clock(Clock newClock) {
        clock = newClock;
        return this;
    }

    /// Starts the backend and waits until it is ready, for at most five seconds. A backend that has not started then is
    /// closed.
    ///
    /// @throws BackendUnavailableException if it does not start
    public Broadcaster start() {
        Policies policies = new Policies(List.copyOf(rules), defaultPolicy);
        return EngineBroadcaster.start(backend, policies, clock, windowBytes);
    }
}
