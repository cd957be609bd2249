package dev.fanfare.redis;

import dev.fanfare.testbed.RedisServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The time of a server, as the scripts of a test see it: shifted by what stands in a key.
final class StoreTime {
    private static final String KEY = "fanfare:shift";
    /// In place of `now.lua`.
    static final Script.Texts SCRIPTS = Script.Texts.withTime("""
            local function now()
              local time = redis.call('TIME')
              return time[1] * 1000000 + time[2] + (redis.call('GET', '%s') or 0)
            end
            """.formatted(KEY));

    private final RedisServer server;

    StoreTime(RedisServer server) {
        this.server = server;
    }

    void shift(Duration time) {
        server.run("INCRBY", KEY, String.valueOf(TimeUnit.NANOSECONDS.toMicros(time.toNanos())));
    }
}
