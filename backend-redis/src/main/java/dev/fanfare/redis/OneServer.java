package dev.fanfare.redis;

import dev.fanfare.Durability;
import io.lettuce.core.RedisURI;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// One server for all topics, or the one that Sentinels name: they are asked anew with every connection.
///
/// Threads: safe.
final class OneServer implements Servers {
    private final Deployment deployment;
    private final RedisURI uri;
    private final Server server;

    OneServer(Deployment deployment, Server.Reports reports) {
        this.deployment = deployment;
        this.uri = deployment.address().uri();
        this.server = new Server(deployment, uri, deployment.node(), reports, nowhere -> {});
    }

    @Override
    public CompletionStage<Durability> open() {
        return new Inspection(deployment, 0)
                .of(uri)
                .thenCompose(durability -> server.open().thenApply(opened -> durability));
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
