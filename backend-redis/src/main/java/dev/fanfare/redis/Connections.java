package dev.fanfare.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.DefaultEventLoopGroupProvider;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// Makes connections, and owns the threads that serve them: two for commands, and one for news, so that neither holds
/// the other up.
///
/// Lettuce never connects again by itself: what it would send once more could be stored twice.
///
/// Threads: safe.
final class Connections {
    static final Duration CONNECT = Duration.ofMillis(1_500);
    private static final RedisCodec<String, byte[]> NEWS =
            RedisCodec.of(new StringCodec(StandardCharsets.ISO_8859_1), ByteArrayCodec.INSTANCE);

    private final HashedWheelTimer timer = new HashedWheelTimer(threads("timer"));
    private final DefaultEventExecutorGroup executors = new DefaultEventExecutorGroup(1, threads("events"));
    private final DefaultEventLoopGroupProvider commandLoops = loops("commands", 2);
    private final DefaultEventLoopGroupProvider newsLoops = loops("news", 1);
    private final ClientResources commandResources = resources(commandLoops);
    private final ClientResources newsResources = resources(newsLoops);
    private final RedisClient commands = client(commandResources);
    private final RedisClient news = client(newsResources);
    private volatile boolean closed;

    private static DefaultThreadFactory threads(String name) {
        return new DefaultThreadFactory("fanfare-redis-" + name, true);
    }

    private static DefaultEventLoopGroupProvider loops(String name, int count) {
        return new DefaultEventLoopGroupProvider(
                count, (DefaultEventLoopGroupProvider.ThreadFactoryProvider) pool -> threads(name));
    }

    private ClientResources resources(DefaultEventLoopGroupProvider loops) {
        return DefaultClientResources.builder()
                .eventLoopGroupProvider(loops)
                .eventExecutorGroup(executors)
                .timer(timer)
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .build();
    }

    private static RedisClient client(ClientResources resources) {
        RedisClient client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT)
                        .keepAlive(KeepAliveOptions.builder()
                                .enable()
                                .idle(Duration.ofSeconds(5))
                                .interval(Duration.ofSeconds(1))
                                .count(3)
                                .build())
                        .build())
                .build());
        return client;
    }

    /// Connects for commands.
    CompletionStage<StatefulRedisConnection<byte[], byte[]>> forCommands(RedisURI server) {
        return forCommandsOnce(server)
                .exceptionallyCompose(failure -> !closed && hidesTheReason(failure)
                        ? forCommandsOnce(server)
                        : CompletableFuture.failedStage(failure));
    }

    /// The client may report a handshake that was refused as a connection that was closed, or as its own failure: asked
    /// again, the server says why.
    private static boolean hidesTheReason(Throwable failure) {
        String reason = Link.reason(failure);
        return reason.contains("closed prematurely") || reason.contains("RedisHandshakeHandler not registered");
    }

    private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> forCommandsOnce(RedisURI server) {
        return commands.connectAsync(ByteArrayCodec.INSTANCE, within(server)).toCompletableFuture();
    }

    /// Connects for news. Channels are texts of one character a byte.
    CompletableFuture<StatefulRedisPubSubConnection<String, byte[]>> forNews(RedisURI server) {
        return news.connectPubSubAsync(NEWS, within(server)).toCompletableFuture();
    }

    private static RedisURI within(RedisURI server) {
        server.setTimeout(CONNECT);
        return server;
    }

    /// Closes all connections and ends the threads.
    CompletableFuture<Void> close() {
        closed = true;
        return CompletableFuture.allOf(commands.shutdownAsync(), news.shutdownAsync())
                .exceptionally(broken -> null)
                .thenRun(() -> {
                    commandResources.shutdown(0, 0, TimeUnit.SECONDS);
                    newsResources.shutdown(0, 0, TimeUnit.SECONDS);
                    timer.stop();
                    commandLoops.shutdown(0, 1, TimeUnit.SECONDS);
                    newsLoops.shutdown(0, 1, TimeUnit.SECONDS);
                    executors.shutdownGracefully(0, 1, TimeUnit.SECONDS);
                });
    }
}
