package dev.fanfare.redis;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Durability;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Room;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A Redis that this node has connected to: its servers, the lanes in which appends go there, the ways to look at
/// topics, and what is heard of them.
///
/// Threads: safe. The listener is told on the thread of the connections for news, of one commit after the other.
final class RedisStore implements Lane.Surroundings, Questions.Reports, Server.Reports {
    static final int MAX_MESSAGE_BYTES = 1 << 20;

    private static final Duration TICK = Duration.ofMillis(100);

    private final Deployment deployment;
    private final Servers servers;
    private final Lane[] lanes;
    private final Views views;
    private final Index index;
    private final Room room = Room.empty(); // for what is not yet answered
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile @Nullable BackendListener listener;
    private volatile boolean closing;

    RedisStore(Deployment deployment) {
        this.deployment = deployment;
        this.lanes = new Lane[deployment.keys().size()];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane(i, deployment.keys().get(i), this);
        }
        this.servers = deployment.isCluster() ? new ClusterServers(deployment, this) : new OneServer(deployment, this);
        Questions questions = new Questions(servers, deployment.clock(), this);
        this.views = new Views(deployment, questions);
        this.index = new Index(deployment, questions, views);
    }

    /// Connects, and completes when a message to this node itself would be heard.
    ///
    /// @return fails with [UnusableStoreException] if the servers are not to be used, and with
    /// [dev.fanfare.BackendUnavailableException] if it is away, or this is closed meanwhile
    CompletionStage<Void> start(BackendListener told) {
        listener = told;
        servers.open().whenComplete((opened, failure) -> {
            if (failure != null) {
                started.completeExceptionally(failure);
            } else if (started.complete(null)) {
                tickLater();
            }
        });
        return started;
    }

    private void tickLater() {
        deployment.clock().schedule(TICK, () -> {
            if (!drained.isDone()) {
                long now = System.nanoTime();
                for (Lane lane : lanes) {
                    lane.tick(now);
                }
                servers.tick(now);
                tickLater();
            }
        });
    }

    Views views() {
        return views;
    }

    Index index() {
        return index;
    }

    CompletionStage<List<AppendResult>> append(List<Append> appends) {
        long bytes =
                appends.stream().mapToLong(append -> append.message().length()).sum();
        if (appends.isEmpty()) {
            return CompletableFuture.completedStage(List.of());
        }
        if (!room.take(appends.size(), bytes)) {
            return CompletableFuture.completedStage(Collections.nCopies(appends.size(), new AppendResult.Overloaded()));
        }
        Pending.Answers answers = new Pending.Answers(appends);
        answers.all.thenRun(() -> giveRoom(appends.size(), bytes));
        enqueue(appends, answers);
        return answers.all;
    }

    private void giveRoom(int appends, long bytes) {
        room.give(appends, bytes);
        if (room.isEmpty() && closing) {
            drained.complete(null);
        }
    }

    private void enqueue(List<Append> appends, Pending.Answers answers) {
        Map<Integer, List<Pending>> parts = new HashMap<>();
        long now = System.nanoTime();
        for (int i = 0; i < appends.size(); i++) {
            Pending pending = answers.pending(i, now);
            int partition = deployment.partitionOf(pending.append().topic());
            AppendResult refusal = refusal(pending.append(), partition);
            if (refusal == null) {
                parts.computeIfAbsent(partition, none -> new ArrayList<>()).add(pending);
            } else {
                pending.answer(refusal);
            }
        }
        parts.forEach((partition, pendings) -> lanes[partition].add(pendings));
    }

    /// Returns the result of an append that need not be sent; null if it must.
    private @Nullable AppendResult refusal(Append append, int partition) {
        if (append.message().length() > MAX_MESSAGE_BYTES) {
            return new AppendResult.TooLarge(MAX_MESSAGE_BYTES);
        }
        Server server = servers.of(partition);
        return server != null && server.publishing().isDownFor(Lane.DEADLINE)
                ? new AppendResult.Unavailable(server.publishing().trouble(), false)
                : null;
    }

    CompletionStage<Void> attach(Collection<TopicName> topics) {
        return hear("attaching", topics.stream().map(this::interest).toList());
    }

    void detach(Collection<TopicName> topics) {
        servers.leave(topics.stream().map(this::interest).toList());
    }

    private Interest interest(TopicName topic) {
        String channel = deployment.keysOf(topic).channel(topic);
        return interest(channel, deployment.partitionOf(topic), message -> tell(topic, message));
    }

    private Interest interest(String channel, int partition, Consumer<byte[]> news) {
        return new Interest(channel, partition, deployment.isCluster(), news);
    }

    private void tell(TopicName topic, byte[] message) {
        BackendListener told = listener;
        ByteBuffer in = ByteBuffer.wrap(message);
        Head head = Forms.leadingHead(in);
        if (told != null && head != null) {
            List<StoredEvent> events = in.hasRemaining() ? List.of(Forms.event(head.epoch(), in)) : List.of();
            told.advanced(topic, head, events);
        }
    }

    CompletionStage<Void> watch(String app) {
        return hear("watching", interests(app));
    }

    void unwatch(String app) {
        servers.leave(interests(app));
    }

    /// An app's topics begin in all partitions.
    private List<Interest> interests(String app) {
        return IntStream.range(0, lanes.length)
                .mapToObj(i -> interest(deployment.keys().get(i).appChannel(app), i, name -> tellAppeared(app, name)))
                .toList();
    }

    private void tellAppeared(String app, byte[] name) {
        BackendListener told = listener;
        if (told != null) {
            told.appeared(new TopicName(app, new String(name, StandardCharsets.UTF_8)));
        }
    }

    private CompletionStage<Void> hear(String doing, List<Interest> interests) {
        if (isSilentForLong(interests)) {
            return CompletableFuture.failedStage(away(doing, servers.trouble()));
        }
        return servers.hear(interests)
                .orTimeout(Lane.DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> {
                    servers.leave(interests);
                    String trouble = servers.trouble();
                    String reason = failure instanceof TimeoutException ? "no answer in time" : Link.reason(failure);
                    return CompletableFuture.failedStage(away(doing, trouble.isEmpty() ? reason : trouble));
                });
    }

    private boolean isSilentForLong(List<Interest> interests) {
        return interests.stream().anyMatch(interest -> {
            Server server = servers.of(interest.partition);
            return server != null && server.listening().isDownFor(Lane.DEADLINE);
        });
    }

    static BackendUnavailableException away(String doing, String reason) {
        return new BackendUnavailableException(RedisBackend.NAME, doing, reason, false);
    }

    BackendHealth health() {
        String trouble = servers.trouble();
        return trouble.isEmpty() ? BackendHealth.AVAILABLE : BackendHealth.unavailable(trouble);
    }

    /// Finishes what is queued, for at most so long; what has no answer then is answered as unavailable.
    CompletionStage<Void> close(Duration grace) {
        closing = true;
        started.completeExceptionally(away("starting", "it has been closed"));
        if (room.isEmpty()) {
            drained.complete(null);
        }
        return drained.copy()
                .completeOnTimeout(null, grace.toMillis(), TimeUnit.MILLISECONDS)
                .thenCompose(done -> {
                    listener = null;
                    drained.complete(null);
                    for (Lane lane : lanes) {
                        lane.end();
                    }
                    return servers.close();
                })
                .thenCompose(closed -> deployment.connections().close());
    }

    @Override
    public boolean isClosed() {
        return closing;
    }

    @Override
    public void interrupted(Scope scope, String reason) {
        BackendListener told = listener;
        if (told != null && !closing) {
            told.interrupted(scope, reason);
        }
    }

    @Override
    public void resumed(Scope scope) {
        BackendListener told = listener;
        if (told != null && !closing) {
            told.resumed(scope);
        }
    }

    @Override
    public void canPublish() {
        for (Lane lane : lanes) {
            lane.wake();
        }
    }

    @Override
    public @Nullable StatefulRedisConnection<byte[], byte[]> publishing(int partition) {
        Server server = servers.of(partition);
        return server == null ? null : server.publishing().connection();
    }

    @Override
    public Script.Texts scripts() {
        return deployment.scripts();
    }

    /// Tells how much an event survives at least, whatever its topic.
    Durability durability() {
        return servers.durability();
    }

    @Override
    public Durability durability(int partition) {
        Server server = servers.of(partition);
        return server == null ? Durability.MEMORY : server.durability();
    }

    @Override
    public byte[] announce() {
        return deployment.announce();
    }

    @Override
    public void isSilent(int partition, StatefulRedisConnection<byte[], byte[]> connection) {
        Server server = servers.of(partition);
        if (server != null) {
            server.publishing().drop(connection, "no answer in time");
        }
    }

    @Override
    public void hasFailed(int partition, StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
        Server server = servers.of(partition);
        if (server != null) {
            hasFailed(server, connection, failure);
        }
    }

    @Override
    public void hasFailed(Server asked, StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
        if (Fault.of(failure) == Fault.NO_SCRIPT) {
            deployment.scripts().load(connection.async()).thenRun(this::canPublish);
        } else if (Fault.isElsewhere(failure)) {
            servers.isElsewhere(asked, Link.reason(failure));
        }
    }

    @Override
    public void suspect(int partition, List<byte[]> indexesAndNames) {
        for (int i = 0; i + 1 < indexesAndNames.size(); i += 2) {
            String app = deployment.keys().get(partition).appOf(indexesAndNames.get(i));
            String name = new String(indexesAndNames.get(i + 1), StandardCharsets.UTF_8);
            index.repair(partition, app, List.of(name));
        }
    }

    @Override
    public String trouble(int partition) {
        Server server = servers.of(partition);
        return server == null ? servers.trouble() : server.publishing().trouble();
    }
}
