package dev.fanfare.server;

import dev.fanfare.Broadcaster;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Quote;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Settings of a hub.
///
/// Threads: confined to the one that builds.
public final class HubBuilder {
    private final Broadcaster broadcaster;
    private final Set<String> hosts = new LinkedHashSet<>();
    private final Set<String> origins = new LinkedHashSet<>();
    private final List<Page> pages = new ArrayList<>();
    private String host = "127.0.0.1";
    private int port = 7780;
    private Limits limits = Limits.DEFAULT;
    private Timing timing = Timing.DEFAULT;
    private Clock clock = Clock.system();
    private Transport transport = Transport.best();
    private int loops = Runtime.getRuntime().availableProcessors();

    HubBuilder(Broadcaster broadcaster) {
        this.broadcaster = broadcaster;
    }

    /// Sets the address to listen on; 127.0.0.1 by default. Only loopback is possible, as there is no authentication.
    public HubBuilder host(String address) {
        host = address;
        return this;
    }

    /// Sets the port to listen on; 7780 by default, 0 for any that is free.
    public HubBuilder port(int number) {
        require(number >= 0 && number <= 65535, "port must be 0 to 65535: " + number);
        port = number;
        return this;
    }

    public HubBuilder limits(Limits most) {
        limits = most;
        return this;
    }

    public HubBuilder timing(Timing times) {
        timing = times;
        return this;
    }

    /// Adds a name under which the hub is reached, without a port, as `hub.example`. Requests for other names are
    /// refused.
    public HubBuilder allowHost(String name) {
        require(name.matches("[A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+]"), "not a host's name: " + Quote.of(name));
        hosts.add(name.toLowerCase(Locale.ROOT));
        return this;
    }

    /// Adds an origin whose pages may read and write, as `https://shop.example`.
    public HubBuilder allowOrigin(String origin) {
        require(
                origin.matches("https?://[^/\\s?#@\\p{Cntrl}]+"),
                "an origin is as https://shop.example, not " + Quote.of(origin));
        origins.add(origin);
        return this;
    }

    /// Serves a page; there are no other files.
    public HubBuilder page(Page page) {
        pages.add(page);
        return this;
    }

    public HubBuilder clock(Clock newClock) {
        clock = newClock;
        return this;
    }

    /// Sets how the hub talks to the operating system; the best that works here by default.
    public HubBuilder transport(Transport wanted) {
        transport = wanted;
        return this;
    }

    /// Sets the number of event loops; one for each processor by default.
    public HubBuilder loops(int count) {
        require(count > 0, "loops must be positive: " + count);
        loops = count;
        return this;
    }

    /// Starts to listen.
    ///
    /// @throws HubException if the port is in use, or the address not of this machine, or beyond loopback
    public Hub start() {
        String version = Optional.ofNullable(Hub.class.getPackage().getImplementationVersion())
                .orElse("unreleased");
        Gate gate = new Gate(hosts, origins);
        return Hub.start(
                broadcaster,
                new Settings(host, port, limits, timing, gate, clock, List.copyOf(pages), transport, loops, version));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
