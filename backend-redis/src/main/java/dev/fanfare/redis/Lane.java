package dev.fanfare.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fanfare.Durability;
import dev.fanfare.spi.AppendResult;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Sends the appends of one partition, in their order and each exactly once.
///
/// Whoever finds nobody sending sends what is queued, in batches of which two are under way at most: what comes
/// meanwhile makes up the next, and nothing waits for company.
///
/// **Exactly once.** The batches of a session are numbered, and Redis stores in the session's key the number of the
/// last batch, with the answers to the last few, in the same step as the batch itself. When a connection is lost with
/// batches under way, the session is *fenced*: a script reads that key and marks it, after which a batch that is still
/// on its way is refused. What was not stored goes back to the head of the queue, and is sent in a new session.
///
/// Threads: safe; all fields are guarded by `this`, and nothing is sent or answered while it is held.
final class Lane {
    static final Duration DEADLINE = Duration.ofMillis(1_800);
    private static final int MOST_UNDER_WAY = 2;
    private static final int KEPT_ANSWERS = 4; // by the script
    private static final Duration SILENCE = Duration.ofMillis(1_500);
    private static final AppendResult CLOSED = new AppendResult.Unavailable("it has been closed", false);
    private static final AppendResult CLOSED_UNDER_WAY =
            new AppendResult.Unavailable("it was closed before the answer", true);

    private final int partition;
    private final Keys keys;
    private final Surroundings surroundings;
    private final Deque<Pending> queue = new ArrayDeque<>();
    private final Deque<Batch> underWay = new ArrayDeque<>(); // in the order of their numbers
    private String session = newSession();
    private long lastNumber;
    private boolean sending; // a thread is between taking a batch and having sent it
    private boolean settling; // a batch has failed: nothing is sent until all that are under way are decided
    private boolean fencing; // the fence is under way
    private boolean resting; // the server cannot do it now: wait for the next tick
    private boolean ended; // nothing is sent any more

    /// What a lane needs of its backend.
    interface Surroundings {
        /// Returns the connection that the partition's appends go over; null while there is none.
        @Nullable
        StatefulRedisConnection<byte[], byte[]> publishing(int partition);

        Script.Texts scripts();

        /// Tells how much what the partition's server accepts survives.
        Durability durability(int partition);

        /// The command that announces.
        byte[] announce();

        /// Gives a connection up that has been silent for too long.
        void isSilent(int partition, StatefulRedisConnection<byte[], byte[]> connection);

        /// Learns of an answer that says: not now, or not here.
        void hasFailed(int partition, StatefulRedisConnection<byte[], byte[]> connection, Throwable failure);

        /// Learns of topics that may be gone: the key of an index, a name, and so on.
        void suspect(int partition, List<byte[]> indexesAndNames);

        /// Tells why the partition's server cannot be reached.
        String trouble(int partition);
    }

    Lane(int partition, Keys keys, Surroundings surroundings) {
        this.partition = partition;
        this.keys = keys;
        this.surroundings = surroundings;
    }

    private static String newSession() {
        return UUID.randomUUID().toString();
    }

    void add(List<Pending> pendings) {
        boolean tooLate;
        synchronized (this) {
            tooLate = ended;
            if (!tooLate) {
                queue.addAll(pendings);
            }
        }
        if (tooLate) {
            pendings.forEach(pending -> pending.answer(CLOSED));
        } else {
            send();
        }
    }

    /// Sends what has waited for something to change.
    void wake() {
        synchronized (this) {
            resting = false;
        }
        send();
    }

    private void send() {
        StatefulRedisConnection<byte[], byte[]> connection = surroundings.publishing(partition);
        if (connection == null) {
            return;
        }
        String fenced = toBeFenced();
        if (fenced != null) {
            fence(fenced, connection);
        }
        for (Batch next = next(false); next != null; next = next(true)) {
            dispatch(next, connection);
        }
    }

    private synchronized @Nullable Batch next(boolean isSender) {
        if (sending && !isSender) {
            return null;
        }
        sending = !ended && !settling && !resting && !queue.isEmpty() && underWay.size() < MOST_UNDER_WAY;
        if (!sending) {
            return null;
        }
        Batch batch = new Batch(session, ++lastNumber);
        while (!queue.isEmpty() && !batch.isFull()) {
            batch.add(queue.remove());
        }
        underWay.add(batch);
        return batch;
    }

    private void dispatch(Batch batch, StatefulRedisConnection<byte[], byte[]> connection) {
        connection
                .async()
                .<List<Object>>evalsha(
                        surroundings.scripts().digest(Script.APPEND),
                        ScriptOutputType.MULTI,
                        batch.keys(keys),
                        batch.arguments(keys, surroundings.announce()))
                .whenComplete((reply, failure) -> {
                    if (failure != null) {
                        fail(batch, connection, failure);
                    } else if (reply.get(0) instanceof byte[] results) {
                        succeed(batch, results, reply);
                    } else {
                        decide(batch, Batch.Fate.REFUSED, false); // the one before it has failed
                    }
                    send();
                });
    }

    /// Those who are answered often publish again at once, and what they publish meanwhile travels together: the batch
    /// makes way for another when half of it has been answered. Later, the server would stand idle; sooner, there
    /// would be few to travel.
    private void succeed(Batch batch, byte[] results, List<Object> reply) {
        Durability durability = surroundings.durability(partition);
        ByteBuffer answers = ByteBuffer.wrap(results);
        int half = batch.pendings.size() / 2;
        batch.answer(0, half, answers, durability);
        synchronized (this) {
            underWay.remove(batch);
            settle();
        }
        batch.answer(half, batch.pendings.size(), answers, durability);
        List<byte[]> suspects = new ArrayList<>();
        ((List<?>) reply.get(1)).forEach(suspect -> suspects.add((byte[]) suspect));
        if (!suspects.isEmpty()) {
            surroundings.suspect(partition, suspects);
        }
    }

    private void fail(Batch batch, StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
        Fault fault = Fault.of(failure);
        if (fault == Fault.FULL) {
            batch.answer(new AppendResult.StorageFull(Link.reason(failure)));
        } else if (fault == Fault.REFUSED) {
            batch.answer(new AppendResult.Unavailable(Link.reason(failure), true));
        }
        boolean later = fault == Fault.NOT_NOW || fault == Fault.NO_SCRIPT;
        decide(batch, fault == Fault.UNKNOWN ? Batch.Fate.UNKNOWN : Batch.Fate.REFUSED, later);
        if (later) {
            surroundings.hasFailed(partition, connection, failure);
        }
    }

    private synchronized void decide(Batch batch, Batch.Fate fate, boolean later) {
        batch.fate = fate;
        settling = true;
        resting |= later;
        settle();
    }

    /// Begins a new session with what was not stored, once that is known of all.
    private void settle() {
        if (!settling || underWay.stream().anyMatch(batch -> batch.fate != Batch.Fate.REFUSED)) {
            return;
        }
        for (Iterator<Batch> last = underWay.descendingIterator(); last.hasNext(); ) {
            List<Pending> pendings = last.next().pendings;
            for (int i = pendings.size() - 1; i >= 0; i--) {
                if (!pendings.get(i).isAnswered()) {
                    queue.addFirst(pendings.get(i));
                }
            }
        }
        underWay.clear();
        session = newSession();
        lastNumber = 0;
        settling = false;
    }

    /// Returns the session that is to be fenced, if that can be done now.
    private synchronized @Nullable String toBeFenced() {
        if (!settling || fencing || resting) {
            return null;
        }
        boolean unknown = underWay.stream().anyMatch(batch -> batch.fate == Batch.Fate.UNKNOWN);
        boolean decided = underWay.stream().noneMatch(batch -> batch.fate == Batch.Fate.SENT);
        if (!unknown || !decided) {
            return null;
        }
        fencing = true;
        return session;
    }

    private void fence(String fenced, StatefulRedisConnection<byte[], byte[]> connection) {
        connection
                .async()
                .<List<Object>>evalsha(
                        surroundings.scripts().digest(Script.FENCE),
                        ScriptOutputType.MULTI,
                        new byte[][] {keys.session(fenced)})
                .whenComplete((known, failure) -> {
                    if (failure == null) {
                        resolve(known);
                    } else {
                        postpone(connection, failure);
                    }
                    send();
                });
    }

    private void postpone(StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
        synchronized (this) {
            fencing = false;
            resting = true;
        }
        if (Fault.of(failure) != Fault.UNKNOWN) {
            surroundings.hasFailed(partition, connection, failure);
        }
    }

    /// Answers for what was stored; the rest was not, and never will be.
    private void resolve(List<Object> known) {
        long lastStored = known.get(0) instanceof byte[] number ? Long.parseLong(new String(number, US_ASCII)) : 0;
        List<Batch> stored = new ArrayList<>();
        synchronized (this) {
            fencing = false;
            underWay.forEach(batch -> {
                if (batch.fate == Batch.Fate.UNKNOWN && batch.number <= lastStored) {
                    stored.add(batch);
                } else {
                    batch.fate = Batch.Fate.REFUSED;
                }
            });
            underWay.removeAll(stored);
            settle();
        }
        for (Batch batch : stored) {
            batch.answer(
                    (byte[]) known.get(1 + (int) (batch.number % KEPT_ANSWERS)), surroundings.durability(partition));
        }
    }

    /// Answers those that have waited too long, and gives up a connection that is silent.
    void tick(long now) {
        List<Pending> late = new ArrayList<>();
        List<Pending> lateUnderWay = new ArrayList<>();
        boolean silent = false;
        synchronized (this) {
            while (!queue.isEmpty() && queue.element().age(now) > DEADLINE.toNanos()) {
                late.add(queue.remove());
            }
            for (Batch batch : underWay) {
                batch.pendings.stream()
                        .filter(it -> it.age(now) > DEADLINE.toNanos())
                        .forEach(lateUnderWay::add);
                silent |= batch.fate == Batch.Fate.SENT && now - batch.sentAt > SILENCE.toNanos();
            }
        }
        StatefulRedisConnection<byte[], byte[]> connection = surroundings.publishing(partition);
        if (silent && connection != null) {
            surroundings.isSilent(partition, connection);
        }
        late.forEach(pending -> pending.answer(unavailable(false)));
        lateUnderWay.forEach(pending -> pending.answer(unavailable(true)));
        wake();
    }

    /// Answers all that wait, and sends nothing any more. What is under way may still be stored.
    void end() {
        List<Pending> queued;
        List<Pending> sent;
        synchronized (this) {
            ended = true;
            queued = List.copyOf(queue);
            queue.clear();
            sent = underWay.stream().flatMap(batch -> batch.pendings.stream()).toList();
        }
        queued.forEach(pending -> pending.answer(CLOSED));
        sent.forEach(pending -> pending.answer(CLOSED_UNDER_WAY));
    }

    private AppendResult unavailable(boolean mayBeStored) {
        String trouble = surroundings.trouble(partition);
        return new AppendResult.Unavailable(trouble.isEmpty() ? "no answer in time" : trouble, mayBeStored);
    }
}
