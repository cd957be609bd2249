package dev.fanfare.redis;

import dev.fanfare.redis.RedisAddress.Host;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandKeyword;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/// Which primary of a cluster holds which partition, as one of its servers knows it.
final class Slots {
    private Slots() {}

    /// Returns the host of each partition that any holds.
    ///
    /// @param asked the server at the other end, which may not know its own name
    static CompletionStage<Map<Integer, Host>> ask(
            StatefulRedisConnection<byte[], byte[]> connection, Partitions partitions, Host asked) {
        return connection
                .async()
                .dispatch(
                        CommandType.CLUSTER,
                        new ArrayOutput<>(ByteArrayCodec.INSTANCE),
                        new CommandArgs<>(ByteArrayCodec.INSTANCE).add(CommandKeyword.SLOTS))
                .thenApply(ranges -> hosts(ranges, partitions, asked));
    }

    /// A range is its first slot, its last, the primary, and the replicas.
    private static Map<Integer, Host> hosts(List<Object> ranges, Partitions partitions, Host asked) {
        Map<Integer, Host> hosts = new HashMap<>();
        for (Object range : ranges) {
            List<?> fields = (List<?>) range;
            Host primary = host((List<?>) fields.get(2), asked);
            for (int i = 0; i < partitions.count(); i++) {
                int slot = partitions.slotOf(i);
                if (slot >= (Long) fields.get(0) && slot <= (Long) fields.get(1)) {
                    hosts.put(i, primary);
                }
            }
        }
        return hosts;
    }

    private static Host host(List<?> fields, Host asked) {
        String name = fields.get(0) instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : "";
        return new Host(name.isEmpty() ? asked.name() : name, Math.toIntExact((Long) fields.get(1)));
    }
}
