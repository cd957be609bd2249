package dev.fanfare.redis;

import dev.fanfare.spi.Clock;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A Redis server that topics are on, over three connections: one for appends, in whose order they are stored; one for
/// questions, so that a large answer holds up no append; one for news.
///
/// Threads: safe.
final class Server {
    private final Link<StatefulRedisConnection<byte[], byte[]>> publishing;
    private final Link<StatefulRedisConnection<byte[], byte[]>> reading;
    private final Link<StatefulRedisPubSubConnection<String, byte[]>> listening;
    private final LivePath live;

    /// @param connected runs whenever appends can be sent again
    Server(
            RedisURI address,
            Connections connections,
            Script.Texts scripts,
            LivePath.Outages outages,
            Runnable connected,
            Clock clock) {
        this.live = new LivePath(outages, this::answers);
        Ready ready = new Ready(scripts, () -> {
            connected.run();
            live.tellIfRecovered();
        });
        Ready silent = new Ready(scripts, live::tellIfRecovered);
        this.publishing = new Link<>(() -> connections.forCommands(address), ready, clock);
        this.reading = new Link<>(() -> connections.forCommands(address), silent, clock);
        this.listening = new Link<>(() -> connections.forNews(address), live, clock);
    }

    /// Makes a connection for commands ready: the scripts are known before any is called.
    private record Ready(Script.Texts scripts, Runnable connected)
            implements Link.Owner<StatefulRedisConnection<byte[], byte[]>> {
        @Override
        public CompletionStage<?> prepare(StatefulRedisConnection<byte[], byte[]> connection) {
            return scripts.load(connection.async());
        }

        @Override
        public void connected(StatefulRedisConnection<byte[], byte[]> connection) {
            connected.run();
        }

        @Override
        public void lost(String reason) {
            // what was under way learns of it by itself
        }
    }

    /// Completes when all connections have been made.
    CompletableFuture<Void> open() {
        return CompletableFuture.allOf(
                publishing.open().toCompletableFuture(),
                reading.open().toCompletableFuture(),
                listening.open().toCompletableFuture());
    }

    private boolean answers() {
        return publishing.connection() != null && reading.connection() != null;
    }

    Link<StatefulRedisConnection<byte[], byte[]>> publishing() {
        return publishing;
    }

    Link<StatefulRedisConnection<byte[], byte[]>> reading() {
        return reading;
    }

    Link<StatefulRedisPubSubConnection<String, byte[]>> listening() {
        return listening;
    }

    LivePath live() {
        return live;
    }

    /// Tells why it cannot be relied on; empty if it can.
    String trouble() {
        for (Link<?> link : new Link<?>[] {publishing, reading, listening}) {
            if (!link.trouble().isEmpty()) {
                return link.trouble();
            }
        }
        return live.isInterrupted() ? "its channels are being subscribed to" : "";
    }

    /// Gives all connections up, and makes them anew.
    void drop(String reason) {
        publishing.drop(publishing.connection(), reason);
        reading.drop(reading.connection(), reason);
        listening.drop(listening.connection(), reason);
    }

    CompletableFuture<Void> close() {
        return CompletableFuture.allOf(publishing.close(), reading.close(), listening.close());
    }
}
