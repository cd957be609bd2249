package dev.fanfare.redis;

import dev.fanfare.spi.Clock;
import dev.fanfare.spi.TopicName;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/// What all parts of a node need to know of the Redis that it works with.
///
/// Threads: immutable.
///
/// @param keys the names in each partition
/// @param node what this node is called among the others
record Deployment(
        RedisAddress address,
        Connections connections,
        Script.Texts scripts,
        Partitions partitions,
        List<Keys> keys,
        String node,
        Clock clock) {
    static Deployment of(RedisAddress address, Script.Texts scripts, Clock clock) {
        boolean cluster = address.kind() == RedisAddress.Kind.CLUSTER;
        Partitions partitions = cluster ? Partitions.ofCluster() : Partitions.one();
        List<Keys> keys = IntStream.range(0, partitions.count())
                .mapToObj(i -> new Keys(address.prefix(), address.database(), partitions.tag(i)))
                .toList();
        return new Deployment(
                address,
                new Connections(),
                scripts,
                partitions,
                keys,
                UUID.randomUUID().toString(),
                clock);
    }

    boolean isCluster() {
        return address.kind() == RedisAddress.Kind.CLUSTER;
    }

    /// The command that announces. In a cluster, news stay among the servers that hold their topic.
    byte[] announce() {
        return Forms.utf8(isCluster() ? "SPUBLISH" : "PUBLISH");
    }

    int partitionOf(TopicName topic) {
        return partitions.of(topic);
    }

    Keys keysOf(TopicName topic) {
        return keys.get(partitions.of(topic));
    }
}
