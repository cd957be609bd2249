package dev.fanfare.redis;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Durability;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Head;
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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A Redis that this node has connected to: its server, the lanes in which appends go there, the ways to look at
/// topics,
/// and the live path.
///
/// Threads: safe. The listener is told on the thread of the connection for news, of one commit after the other.
final class RedisStore implements Lane.Surroundings, Questions.Reports, LivePath.Outages {
    static final int MAX_MESSAGE_BYTES = 1 << 20;

    private static final int MOST_QUEUED = 10_000;
    private static final long MOST_QUEUED_BYTES = 64 << 20;
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration START = Duration.ofSeconds(10);

    private final RedisAddress address;
    private final Script.Texts scripts;
    private final Clock clock;
    private final Connections connections = new Connections();
    private final byte[] announce = Forms.utf8("PUBLISH");
    private final Partitions partitions = Partitions.one();
    private final Keys[] keys;
    private final Lane[] lanes;
    private final Server server;
    private final Pulse pulse;
    private final String node = UUID.randomUUID().toString();
    private final Questions questions;
    private final Views views;
    private final Index index;
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile @Nullable BackendListener listener;
    private volatile Durability durability = Durability.MEMORY;
    private volatile boolean closing;

    RedisStore(RedisAddress address, Script.Texts scripts, Clock clock) {
        this.address = address;
        this.scripts = scripts;
        this.clock = clock;
        this.keys = new Keys[partitions.count()];
        this.lanes = new Lane[partitions.count()];
        for (int i = 0; i < lanes.length; i++) {
            keys[i] = new Keys(address.prefix(), address.database(), partitions.tag(i));
            lanes[i] = new Lane(i, keys[i], this);
        }
        this.server = new Server(address.uri(), connections, scripts, this, this::wakeLanes, clock);
        String own = keys[0].ownChannel(node);
        this.pulse = new Pulse(server, scripts, keys[0].session(node), Keys.bytes(own), announce);
        this.questions = new Questions(partition -> server, clock, this);
        this.views = new Views(partitions, keys, scripts, questions);
        this.index = new Index(partitions, keys, scripts, questions, views, announce);
    }

    private void wakeLanes() {
        for (Lane lane : lanes) {
            lane.wake();
        }
    }

    /// Connects, and completes when a message to this node itself can be heard.
    ///
    /// @return fails with [RedisServerException] if the server is not to be used
    CompletionStage<Void> start(BackendListener told) {
        listener = told;
        return new Inspection(address, connections, scripts, keys[0])
                .of(address.uri())
                .thenCompose(found -> {
                    durability = found;
                    return server.open().orTimeout(START.toMillis(), TimeUnit.MILLISECONDS);
                })
                .thenCompose(open -> {
                    Interest own = new Interest(keys[0].ownChannel(node), 0, pulse::hear);
                    return server.live().add(List.of(own)).orTimeout(START.toMillis(), TimeUnit.MILLISECONDS);
                })
                .thenRun(this::tickLater);
    }

    private void tickLater() {
        clock.schedule(TICK, () -> {
            if (!drained.isDone()) {
                long now = System.nanoTime();
                for (Lane lane : lanes) {
                    lane.tick(now);
                }
                pulse.tick(now);
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
        if (server.publishing().isDownFor(Lane.DEADLINE)) {
            return answer(
                    appends, new AppendResult.Unavailable(server.publishing().trouble(), false));
        }
        if (!makeRoom(appends.size(), bytes)) {
            return answer(appends, new AppendResult.Overloaded());
        }
        Pending.Answers answers = new Pending.Answers(appends);
        answers.all.thenRun(() -> giveRoom(appends.size(), bytes));
        enqueue(appends, answers);
        return answers.all;
    }

    private static CompletionStage<List<AppendResult>> answer(List<Append> appends, AppendResult result) {
        return CompletableFuture.completedStage(Collections.nCopies(appends.size(), result));
    }

    private void enqueue(List<Append> appends, Pending.Answers answers) {
        Map<Integer, List<Pending>> parts = new HashMap<>();
        long now = System.nanoTime();
        for (int i = 0; i < appends.size(); i++) {
            Pending pending = answers.pending(i, now);
            if (pending.append().message().length() > MAX_MESSAGE_BYTES) {
                pending.answer(new AppendResult.TooLarge(MAX_MESSAGE_BYTES));
            } else {
                int partition = partitions.of(pending.append().topic());
                parts.computeIfAbsent(partition, none -> new ArrayList<>()).add(pending);
            }
        }
        parts.forEach((partition, pendings) -> lanes[partition].add(pendings));
    }

    /// What finds nothing before it is taken, whatever its size.
    private boolean makeRoom(int appends, long bytes) {
        int nowQueued = queued.addAndGet(appends);
        long nowBytes = queuedBytes.addAndGet(bytes);
        if ((nowQueued > MOST_QUEUED || nowBytes > MOST_QUEUED_BYTES) && nowQueued > appends) {
            giveRoom(appends, bytes);
            return false;
        }
        return true;
    }

    private void giveRoom(int appends, long bytes) {
        queuedBytes.addAndGet(-bytes);
        if (queued.addAndGet(-appends) == 0 && closing) {
            drained.complete(null);
        }
    }

    CompletionStage<Void> attach(Collection<TopicName> topics) {
        return hear("attaching", topics.stream().map(this::interest).toList());
    }

    private Interest interest(TopicName topic) {
        int partition = partitions.of(topic);
        return new Interest(keys[partition].channel(topic), partition, message -> tell(topic, message));
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

    void detach(Collection<TopicName> topics) {
        server.live()
                .remove(topics.stream()
                        .map(topic -> keys[partitions.of(topic)].channel(topic))
                        .toList());
    }

    CompletionStage<Void> watch(String app) {
        List<Interest> interests = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            interests.add(new Interest(keys[i].appChannel(app), i, name -> tellAppeared(app, name)));
        }
        return hear("watching", interests);
    }

    private void tellAppeared(String app, byte[] name) {
        BackendListener told = listener;
        if (told != null) {
            told.appeared(new TopicName(app, new String(name, StandardCharsets.UTF_8)));
        }
    }

    void unwatch(String app) {
        for (Keys of : keys) {
            server.live().remove(List.of(of.appChannel(app)));
        }
    }

    private CompletionStage<Void> hear(String doing, List<Interest> interests) {
        if (server.listening().isDownFor(Lane.DEADLINE)) {
            return CompletableFuture.failedStage(away(doing, server.listening().trouble()));
        }
        return server.live()
                .add(interests)
                .orTimeout(Lane.DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> {
                    server.live()
                            .remove(interests.stream()
                                    .map(interest -> interest.channel)
                                    .toList());
                    String trouble = server.listening().trouble();
                    return CompletableFuture.failedStage(
                            away(doing, trouble.isEmpty() ? Link.reason(failure) : trouble));
                });
    }

    static BackendUnavailableException away(String doing, String reason) {
        return new BackendUnavailableException(RedisBackend.NAME, doing, reason, false);
    }

    BackendHealth health() {
        String trouble = server.trouble();
        return trouble.isEmpty() ? BackendHealth.AVAILABLE : BackendHealth.unavailable(trouble);
    }

    /// Finishes what is queued, for at most so long.
    CompletionStage<Void> close(Duration grace) {
        closing = true;
        if (queued.get() == 0) {
            drained.complete(null);
        }
        return drained.copy()
                .completeOnTimeout(null, grace.toMillis(), TimeUnit.MILLISECONDS)
                .thenCompose(done -> {
                    listener = null;
                    drained.complete(null);
                    return server.close();
                })
                .thenCompose(closed -> connections.close());
    }

    @Override
    public boolean isClosed() {
        return closing;
    }

    @Override
    public void interrupted(String reason) {
        BackendListener told = listener;
        if (told != null && !closing) {
            told.interrupted(new Scope.Everything(), reason);
        }
    }

    @Override
    public void resumed() {
        BackendListener told = listener;
        if (told != null && !closing) {
            told.resumed(new Scope.Everything());
        }
    }

    @Override
    public @Nullable StatefulRedisConnection<byte[], byte[]> publishing(int partition) {
        return server.publishing().connection();
    }

    @Override
    public Script.Texts scripts() {
        return scripts;
    }

    @Override
    public Durability durability() {
        return durability;
    }

    @Override
    public byte[] announce() {
        return announce;
    }

    @Override
    public void isSilent(int partition, StatefulRedisConnection<byte[], byte[]> connection) {
        server.publishing().drop(connection, "no answer in time");
    }

    @Override
    public void hasFailed(int partition, StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
        hasFailed(server, connection, failure);
    }

    @Override
    public void hasFailed(Server asked, StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
        if (Fault.of(failure) == Fault.NO_SCRIPT) {
            scripts.load(connection.async()).thenRun(this::wakeLanes);
        } else if (Fault.isElsewhere(failure)) {
            asked.drop(Link.reason(failure));
        }
    }

    @Override
    public void suspect(int partition, List<byte[]> indexesAndNames) {
        for (int i = 0; i + 1 < indexesAndNames.size(); i += 2) {
            String app = keys[partition].appOf(indexesAndNames.get(i));
            String name = new String(indexesAndNames.get(i + 1), StandardCharsets.UTF_8);
            index.repair(partition, app, List.of(name));
        }
    }

    @Override
    public String trouble(int partition) {
        return server.publishing().trouble();
    }
}
