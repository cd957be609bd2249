package dev.fanfare.redis;

import dev.fanfare.Durability;
import dev.fanfare.spi.Scope;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/// A Redis server that topics are on, over three connections: one for appends, in whose order they are stored; one for
/// questions, so that a large answer holds up no append; one for news.
///
/// Threads: safe.
final class Server {
    private static final Duration START = Duration.ofSeconds(5);

    private final Deployment deployment;
    private final Place place;
    private final Link<StatefulRedisConnection<byte[], byte[]>> publishing;
    private final Link<StatefulRedisConnection<byte[], byte[]>> reading;
    private final Link<StatefulRedisPubSubConnection<String, byte[]>> listening;
    private final LivePath live;
    private final String ownChannel;
    private final DurabilityWatch durability;
    private final Pulse pulse;
    private final Mark mark;

    /// Where it is, and what is there.
    interface Place {
        /// Asked for every connection.
        CompletionStage<RedisURI> find();

        /// Returns one of the partitions that it holds, the same until others come or go.
        OptionalInt onePartition();
    }

    /// Who is told of what happens to servers.
    interface Reports {
        /// From now on, news may be missed.
        void interrupted(Scope scope, String reason);

        /// All is heard again, and can be asked for what was missed.
        void resumed(Scope scope);

        /// Appends can be sent again.
        void canPublish();
    }

    /// @param own names the channel over which this node sends itself messages
    /// @param displaced takes channels whose partition has moved to another server
    Server(Deployment deployment, Place place, String own, Reports reports, Consumer<List<Interest>> displaced) {
        Connections connections = deployment.connections();
        this.deployment = deployment;
        this.place = place;
        this.mark = new Mark(deployment.keys(), deployment.node());
        this.durability = new DurabilityWatch(deployment.address());
        this.ownChannel = deployment.keys().get(0).ownChannel(own);
        this.live = new LivePath(this, reports, displaced);
        this.publishing = new Link<>(
                () -> place.find().thenCompose(connections::forCommands),
                new Ready(durability::begin, reports::canPublish),
                deployment.clock());
        this.reading = new Link<>(
                () -> place.find().thenCompose(connections::forCommands),
                new Ready(made -> CompletableFuture.completedStage(null), () -> {}),
                deployment.clock());
        this.listening = new Link<>(() -> place.find().thenCompose(connections::forNews), live, deployment.clock());
        this.pulse = new Pulse(this);
    }

    /// Makes a connection for commands ready: the scripts are known before any is called.
    private final class Ready implements Link.Owner<StatefulRedisConnection<byte[], byte[]>> {
        private final Function<StatefulRedisConnection<byte[], byte[]>, CompletionStage<?>> first;
        private final Runnable then;

        /// @param first what must be done before anything else is asked
        Ready(Function<StatefulRedisConnection<byte[], byte[]>, CompletionStage<?>> first, Runnable then) {
            this.first = first;
            this.then = then;
        }

        @Override
        public CompletionStage<?> prepare(StatefulRedisConnection<byte[], byte[]> connection) {
            return deployment.scripts().load(connection.async()).thenCompose(loaded -> first.apply(connection));
        }

        @Override
        public void connected(StatefulRedisConnection<byte[], byte[]> connection) {
            then.run();
            live.tellIfRecovered();
        }

        @Override
        public void lost(String reason) {
            // what was under way learns of it by itself
        }
    }

    /// Completes when it can be relied on: a message to this node itself would be heard.
    CompletableFuture<Void> open() {
        Interest own = new Interest(ownChannel, 0, false, pulse::hear);
        return CompletableFuture.allOf(
                        publishing.open().toCompletableFuture(),
                        reading.open().toCompletableFuture(),
                        listening.open().toCompletableFuture(),
                        live.add(List.of(own)))
                .orTimeout(START.toMillis(), TimeUnit.MILLISECONDS);
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

    /// Tells how much what it accepts survives.
    Durability durability() {
        return durability.durability();
    }

    /// Tells whether it can be asked and written to.
    boolean answers() {
        return publishing.connection() != null && reading.connection() != null;
    }

    /// Sends a message to this node itself. A server that is full does that, too; only the mark is refused.
    CompletionStage<?> beat(StatefulRedisConnection<byte[], byte[]> connection, byte[] message) {
        place.onePartition().ifPresent(partition -> leaveMark(connection.async(), partition));
        return connection.async().publish(Keys.bytes(ownChannel), message);
    }

    private void leaveMark(RedisAsyncCommands<byte[], byte[]> commands, int partition) {
        mark.leave(commands, partition).whenComplete((missed, failure) -> {
            if (failure != null) {
                leaveIfNoPrimary(failure);
            } else if (missed) {
                new Inspection(deployment, partition).sign(commands);
                live.interrupt("it has been emptied");
            }
        });
    }

    /// A replica would go on to answer questions. In a cluster it is the slots that tell who the primary is.
    private void leaveIfNoPrimary(Throwable failure) {
        if (!deployment.isCluster() && Fault.isElsewhere(failure)) {
            drop(Link.reason(failure));
        }
    }

    void tick(long now) {
        pulse.tick(now);
        durability.tick(now, publishing.connection());
    }

    /// Tells why it cannot be relied on; empty if it can.
    String trouble() {
        for (Link<?> link : List.of(publishing, reading, listening)) {
            if (!link.trouble().isEmpty()) {
                return link.trouble();
            }
        }
        return live.trouble();
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
