package dev.fanfare.client;

import dev.fanfare.spi.Clock;
import java.net.URI;
import java.time.Duration;

/// Settings of a hub's client.
///
/// Threads: confined to the one that builds.
public final class HubClientBuilder {
    private final URI hub;
    private Clock clock = Clock.system();
    private Duration timeout = Duration.ofSeconds(2);
    private Duration silence = Duration.ofSeconds(35);
    private Duration longestPause = Duration.ofSeconds(30);
    private int queueBytes = 256 << 10;

    HubClientBuilder(URI hub) {
        String scheme = hub.getScheme();
        boolean web = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
        if (!web || hub.getHost() == null || hub.getRawQuery() != null || hub.getRawFragment() != null) {
            throw new IllegalArgumentException("a hub's address is as http://127.0.0.1:7780, not " + hub);
        }
        this.hub = hub;
    }

    /// Sets how long to wait for an answer, and for a subscription to begin; two seconds by default.
    public HubClientBuilder timeout(Duration time) {
        timeout = requirePositive("timeout", time);
        return this;
    }

    /// Sets after how much silence a stream is taken for broken; 35 seconds by default, two of the hub's heartbeats and
    /// a little more.
    public HubClientBuilder silence(Duration time) {
        silence = requirePositive("silence", time);
        return this;
    }

    /// Sets the longest pause between two tries to resume a stream; 30 seconds by default.
    public HubClientBuilder longestPause(Duration time) {
        longestPause = requirePositive("longestPause", time);
        return this;
    }

    /// Sets how many bytes a subscription keeps that its reader has not asked for yet; 256 KiB by default. Then it lets
    /// the hub wait, which knows what to do with a slow reader.
    public HubClientBuilder queueBytes(int bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("queueBytes must be positive: " + bytes);
        }
        queueBytes = bytes;
        return this;
    }

    public HubClientBuilder clock(Clock newClock) {
        clock = newClock;
        return this;
    }

    public HubClient connect() {
        return new HubClient(new Link(hub, new Settings(clock, timeout, silence, longestPause, queueBytes)));
    }

    private static Duration requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
        return value;
    }
}
