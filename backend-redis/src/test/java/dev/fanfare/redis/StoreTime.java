package dev.fanfare.redis;

import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// The time of a server, as the scripts of a test see it: shifted by what stands in a key of each partition.
final class StoreTime {
    /// In place of `now.lua`. What is to be found in a cluster must be named by the tag of the keys at hand.
    static final Script.Texts SCRIPTS = Script.Texts.withTime("""
            local function now()
              local tag = string.match(KEYS[1], '^fanfare:({[^}]*}:)') or ''
              local time = redis.call('TIME')
              return time[1] * 1000000 + time[2] + (redis.call('GET', 'fanfare:' .. tag .. 'shift') or 0)
            end
            """);

    private final Partitions partitions;
    private final Supplier<IntFunction<RedisServer>> places;

    private StoreTime(Partitions partitions, Supplier<IntFunction<RedisServer>> places) {
        this.partitions = partitions;
        this.places = places;
    }

    static StoreTime of(RedisServer server) {
        return new StoreTime(Partitions.one(), () -> partition -> server);
    }

    static StoreTime of(RedisCluster cluster) {
        Partitions partitions = Partitions.ofCluster();
        return new StoreTime(partitions, () -> {
            NavigableMap<Integer, RedisServer> primaries = cluster.primariesBySlot();
            return partition ->
                    primaries.floorEntry(partitions.slotOf(partition)).getValue();
        });
    }

    /// Servers are asked about their places once for all partitions: a test of expiry lets time pass a hundred times.
    void shift(Duration time) {
        String micros = String.valueOf(TimeUnit.NANOSECONDS.toMicros(time.toNanos()));
        IntFunction<RedisServer> place = places.get();
        Map<RedisServer, List<List<String>>> commands = new HashMap<>();
        for (int i = 0; i < partitions.count(); i++) {
            commands.computeIfAbsent(place.apply(i), server -> new ArrayList<>())
                    .add(List.of("INCRBY", "fanfare:" + partitions.tag(i) + "shift", micros));
        }
        commands.forEach(RedisServer::runAll);
    }
}
