package dev.fanfare.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;

/// A `PUBLISH` for each message, each a command of its own, over one connection that all publishers share, as Lettuce
/// advises. Nobody listens, and nothing is stored.
record BareRedis(String url) implements Bare {
    @Override
    public String what() {
        return "PUBLISH";
    }

    @Override
    public Connected connect() {
        RedisClient client = RedisClient.create(url);
        RedisAsyncCommands<byte[], byte[]> redis =
                client.connect(ByteArrayCodec.INSTANCE).async();
        return new Connected() {
            @Override
            public void publish(int topic, byte[] message) {
                byte[] channel = ("bench:topic/" + topic).getBytes(StandardCharsets.UTF_8);
                redis.publish(channel, message).toCompletableFuture().join();
            }

            @Override
            public void close() {
                client.shutdown();
            }
        };
    }
}
