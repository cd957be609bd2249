package dev.fanfare.redis;

import dev.fanfare.Durability;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.redis.RedisAddress.Host;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// One server for all topics, or the one that Sentinels name: they are asked anew for every connection.
///
/// Threads: safe.
final class OneServer implements Servers {
    private final Deployment deployment;
    private final Server server;

    OneServer(Deployment deployment, Server.Reports reports) {
        this.deployment = deployment;
        this.server = new Server(deployment, new Everywhere(), deployment.node(), reports, nowhere -> {});
    }

    /// There is one partition, and it is where the server is.
    private final class Everywhere implements Server.Place {
        @Override
        public CompletionStage<RedisURI> find() {
            return locate();
        }

        @Override
        public OptionalInt onePartition() {
            return OptionalInt.of(0);
        }
    }

    private CompletionStage<RedisURI> locate() {
        RedisAddress address = deployment.address();
        return address.kind() == RedisAddress.Kind.SENTINEL
                ? askSentinels(0).thenApply(address::uri)
                : CompletableFuture.completedStage(address.uri(address.hosts().get(0)));
    }

    /// Asks one Sentinel after the other, until one names a primary.
    private CompletionStage<Host> askSentinels(int next) {
        RedisAddress address = deployment.address();
        Host sentinel = address.hosts().get(next);
        return ask(address.sentinelUri(sentinel))
                .exceptionallyCompose(failure ->
                        address.password() != null && Link.reason(failure).startsWith("NOAUTH")
                                ? ask(address.lockedSentinelUri(sentinel))
                                : CompletableFuture.failedStage(failure))
                .exceptionallyCompose(failure -> next + 1 < address.hosts().size()
                        ? askSentinels(next + 1)
                        : CompletableFuture.failedStage(failure));
    }

    private CompletionStage<Host> ask(RedisURI sentinel) {
        return deployment
                .connections()
                .forCommands(sentinel)
                .thenCompose(connection ->
                        Servers.inTime(ask(connection)).whenComplete((primary, failure) -> connection.closeAsync()));
    }

    private CompletionStage<Host> ask(StatefulRedisConnection<byte[], byte[]> sentinel) {
        String name = String.valueOf(deployment.address().primary());
        return sentinel.async()
                .dispatch(
                        CommandType.SENTINEL,
                        new ArrayOutput<>(ByteArrayCodec.INSTANCE),
                        new CommandArgs<>(ByteArrayCodec.INSTANCE)
                                .add("GET-MASTER-ADDR-BY-NAME")
                                .add(name))
                .thenApply(answer -> host(answer, name));
    }

    private Host host(List<Object> answer, String name) {
        if (answer.size() != 2) {
            throw new UnusableStoreException(
                    deployment.address().toString(), "the Sentinels know no primary of the name " + name);
        }
        return new Host(text(answer.get(0)), Integer.parseInt(text(answer.get(1))));
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }

    @Override
    public CompletionStage<Void> open() {
        return locate().exceptionallyCompose(failure ->
                        CompletableFuture.failedStage(Explanation.ofSentinels(deployment.address(), failure)))
                .thenCompose(uri -> new Inspection(deployment, 0).of(uri))
                .thenCompose(fit -> server.open());
    }

    @Override
    public Durability durability() {
        return server.durability();
    }

    @Override
    public Server of(int partition) {
        return server;
    }

    /// A primary that has become a replica is left, and whoever is the primary now is looked for.
    @Override
    public void isElsewhere(Server asked, String answer) {
        server.drop(answer);
    }

    @Override
    public CompletableFuture<Void> hear(Collection<Interest> interests) {
        return server.live().add(interests);
    }

    @Override
    public void leave(Collection<Interest> interests) {
        server.live().remove(interests);
    }

    @Override
    public void tick(long now) {
        server.tick(now);
    }

    @Override
    public String trouble() {
        return server.trouble();
    }

    @Override
    public CompletableFuture<Void> close() {
        return server.close();
    }
}
