package dev.fanfare.redis;

import dev.fanfare.UnusableStoreException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// Finds out, before anything is kept in a server, whether it can be.
///
/// Threads: immutable.
final class Inspection {
    private static final int OLDEST_VERSION = 7;
    private static final String FORMAT = "2";
    private static final String KEEPS_ALL = "noeviction";
    private static final Duration PATIENCE = Duration.ofMillis(3_500);
    private static final Executor LATER = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

    private final Deployment deployment;
    private final RedisAddress address;
    private final Script.Texts scripts;
    private final Keys keys;

    /// @param partition one that the server holds
    Inspection(Deployment deployment, int partition) {
        this.deployment = deployment;
        this.address = deployment.address();
        this.scripts = deployment.scripts();
        this.keys = deployment.keys().get(partition);
    }

    /// Completes if the server is fit. One that is still loading, or whose cluster is still coming together, is given a
    /// moment.
    ///
    /// @return fails with [UnusableStoreException] if it is not to be used, and with
    /// [BackendUnavailableException] if it is away
    CompletionStage<Void> of(RedisURI server) {
        return visit(server, System.nanoTime() + PATIENCE.toNanos())
                .exceptionallyCompose(failure -> CompletableFuture.failedStage(Explanation.of(address, failure)));
    }

    private CompletionStage<Void> visit(RedisURI server, long end) {
        return deployment
                .connections()
                .forCommands(server)
                .thenCompose(connection -> look(connection.async())
                        .toCompletableFuture()
                        .orTimeout(2 * Connections.CONNECT.toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete((seen, failure) -> connection.closeAsync()))
                .exceptionallyCompose(failure -> Fault.of(failure) == Fault.NOT_NOW && System.nanoTime() < end
                        ? CompletableFuture.runAsync(() -> {}, LATER).thenCompose(again -> visit(server, end))
                        : CompletableFuture.failedStage(failure));
    }

    private CompletionStage<Void> look(RedisAsyncCommands<byte[], byte[]> redis) {
        return redis.info()
                .thenApply(Inspection::facts)
                .thenAccept(this::requireFit)
                .thenCompose(fit -> scripts.load(redis))
                .thenCompose(loaded -> redis.evalsha(
                        scripts.digest(Script.CHECK),
                        ScriptOutputType.INTEGER,
                        new byte[][] {keys.session("check")},
                        deployment.announce(),
                        Keys.bytes(keys.ownChannel("check"))))
                .thenCompose(able -> sign(redis))
                .thenCompose(made -> redis.get(keys.format()))
                .thenAccept(this::requireFormat);
    }

    /// Says there in which form everything is kept, unless that is said already.
    CompletionStage<String> sign(RedisAsyncCommands<byte[], byte[]> redis) {
        return redis.set(keys.format(), Forms.utf8(FORMAT), SetArgs.Builder.nx());
    }

    static Map<String, String> facts(String info) {
        Map<String, String> facts = new HashMap<>();
        info.lines().filter(line -> line.contains(":")).forEach(line -> {
            int colon = line.indexOf(':');
            facts.put(line.substring(0, colon), line.substring(colon + 1).strip());
        });
        return facts;
    }

    void requireFit(Map<String, String> facts) {
        String version = facts.getOrDefault("redis_version", "0");
        require(
                Integer.parseInt(version.split("\\.", 2)[0]) >= OLDEST_VERSION,
                "it is Redis " + version + ", and 7 is the oldest that will do; upgrade it");
        String mode = facts.getOrDefault("redis_mode", "");
        boolean cluster = deployment.isCluster();
        require(!mode.equals("sentinel"), "it is a Sentinel; name it as redis+sentinel://host:port/primary");
        require(cluster || !mode.equals("cluster"), "it is part of a cluster; name it as redis+cluster://host:port");
        require(!cluster || mode.equals("cluster"), "it is not part of a cluster; name it as redis://host:port");
        require(
                cluster || !facts.getOrDefault("role", "").equals("slave"),
                "it is a replica of " + facts.get("master_host") + ":" + facts.get("master_port")
                        + "; name the primary, or its Sentinels");
        String eviction = eviction(facts);
        require(eviction.isEmpty(), eviction);
    }

    /// Tells why a server that throws keys away when memory is short is not fit; empty if it does not. Also keys with a
    /// time to live are needed: without a list of topics, or a session, loss and repetition would be silent.
    static String eviction(Map<String, String> facts) {
        String policy = facts.getOrDefault("maxmemory_policy", KEEPS_ALL);
        return policy.equals(KEEPS_ALL)
                ? ""
                : "its maxmemory-policy is " + policy + ": when memory is short it throws away what is still needed,"
                        + " and not every loss can be told; CONFIG SET maxmemory-policy " + KEEPS_ALL;
    }

    private void requireFormat(byte[] format) {
        require(
                new String(format, StandardCharsets.UTF_8).equals(FORMAT),
                "what it holds under the prefix " + address.prefix()
                        + " was not written by this version; use that version, or another ?prefix=");
    }

    private void require(boolean holds, String reason) {
        if (!holds) {
            throw new UnusableStoreException(address.toString(), reason);
        }
    }
}
