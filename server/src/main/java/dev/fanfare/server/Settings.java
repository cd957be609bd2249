package dev.fanfare.server;

import dev.fanfare.spi.Clock;
import java.util.List;

/// All that a hub was told before it started.
///
/// @param host the address to listen on
/// @param port 0 for any that is free
/// @param loops how many event loops
/// @param version what is running, for metrics
record Settings(
        String host,
        int port,
        Limits limits,
        Timing timing,
        Gate gate,
        Clock clock,
        List<Page> pages,
        Transport transport,
        int loops,
        String version) {
    String describeConnectionLimits() {
        return "the hub has its " + limits.connections() + " connections, or your address its "
                + limits.connectionsPerAddress() + "; close some, or raise the hub's limits";
    }
}
