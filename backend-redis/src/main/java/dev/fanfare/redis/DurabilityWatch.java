package dev.fanfare.redis;

import dev.fanfare.Durability;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// How much what a server accepts survives, as the server was last asked: before anything is sent over a new
/// connection, and every two seconds.
///
/// It is asked over the connection for appends, whose answers come in order: what was accepted three seconds after a
/// change is answered as what it is.
///
/// A server that begins to throw keys away when memory is short, which would have been refused at the start, is warned
/// of.
///
/// Threads: safe; `tick` is called by one thread at a time.
final class DurabilityWatch {
    private static final System.Logger LOG = System.getLogger(DurabilityWatch.class.getName());
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final RedisAddress address;
    private volatile Durability durability = Durability.MEMORY;
    private volatile String eviction = "";
    private volatile boolean asking;
    private long askedAt = System.nanoTime();

    DurabilityWatch(RedisAddress address) {
        this.address = address;
    }

    Durability durability() {
        return durability;
    }

    /// Asks over a new connection.
    ///
    /// @return fails only if the connection does
    CompletionStage<?> begin(StatefulRedisConnection<byte[], byte[]> connection) {
        durability = Durability.MEMORY;
        return ask(connection.async(), false);
    }

    void tick(long now, @Nullable StatefulRedisConnection<byte[], byte[]> connection) {
        if (connection != null && !asking && now - askedAt > INTERVAL.toNanos()) {
            asking = true;
            askedAt = now;
            ask(connection.async(), true).whenComplete((asked, failure) -> asking = false);
        }
    }

    /// A server that refuses to tell is taken to keep nothing.
    private CompletionStage<?> ask(RedisAsyncCommands<byte[], byte[]> redis, boolean again) {
        CompletionStage<Map<String, String>> configured =
                redis.configGet("appendfsync").exceptionally(forbidden -> Map.of());
        return redis.info()
                .thenApply(Inspection::facts)
                .thenCombine(configured, (facts, settings) -> of(facts, settings, again))
                .thenAccept(found -> durability = found)
                .exceptionallyCompose(failure -> {
                    if (Fault.of(failure) == Fault.UNKNOWN) {
                        return CompletableFuture.failedStage(failure);
                    }
                    durability = Durability.MEMORY;
                    return CompletableFuture.completedStage(null);
                });
    }

    /// A server that does not tell how often it writes to disk is taken to do so once a second. A log that is being
    /// begun while the server runs is of no use before its first part is written; over a new connection
    /// it cannot be told from one that is only being made shorter.
    private Durability of(Map<String, String> facts, Map<String, String> settings, boolean again) {
        warnOnce(Inspection.eviction(facts));
        boolean writing = facts.getOrDefault("aof_rewrite_in_progress", "0").equals("1")
                || facts.getOrDefault("aof_rewrite_scheduled", "0").equals("1");
        boolean beginning = again && writing && durability == Durability.MEMORY;
        if (!facts.getOrDefault("aof_enabled", "0").equals("1") || beginning) {
            return Durability.MEMORY;
        }
        return settings.getOrDefault("appendfsync", "").equals("always") ? Durability.FSYNCED : Durability.COMMITTED;
    }

    private void warnOnce(String found) {
        if (!found.isEmpty() && !found.equals(eviction)) {
            LOG.log(System.Logger.Level.WARNING, () -> address + ": " + found);
        }
        eviction = found;
    }
}
