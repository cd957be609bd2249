package dev.fanfare.redis;

import dev.fanfare.Durability;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// Appends of one partition that are sent together, as one call of the script.
///
/// Threads: confined to the lane that sends it.
final class Batch {
    static final int MOST_EVENTS = 64;
    static final int MOST_BYTES = 1 << 20;
    private static final int MOST_KINDS = 250; // of apps and of policies: one byte counts them
    private static final int INLINE_BYTES = 64 << 10;

    final List<Pending> pendings = new ArrayList<>();
    final String session;
    final long number;
    final long sentAt = System.nanoTime();
    private final List<String> apps = new ArrayList<>(); // mostly one
    private final List<TopicPolicy> policies = new ArrayList<>(); // mostly one
    private int bytes;
    Fate fate = Fate.SENT;

    /// What is known of a batch.
    enum Fate {
        SENT,
        /// It has not been stored, and will not be unless it is sent again.
        REFUSED,
        /// The connection was lost before the answer.
        UNKNOWN
    }

    /// @param number of the batch in its session, from 1
    Batch(String session, long number) {
        this.session = session;
        this.number = number;
    }

    boolean isFull() {
        return pendings.size() >= MOST_EVENTS
                || bytes >= MOST_BYTES
                || apps.size() >= MOST_KINDS
                || policies.size() >= MOST_KINDS;
    }

    void add(Pending pending) {
        pendings.add(pending);
        Append append = pending.append();
        bytes += append.message().length();
        addOnce(apps, append.topic().app());
        addOnce(policies, append.policy());
    }

    private static <T> void addOnce(List<T> all, T one) {
        if (!all.contains(one)) {
            all.add(one);
        }
    }

    byte[][] keys(Keys keys) {
        List<byte[]> all = new ArrayList<>(1 + apps.size() + 3 * pendings.size());
        all.add(keys.session(session));
        apps.forEach(app -> all.add(keys.index(app)));
        for (Pending pending : pendings) {
            Append append = pending.append();
            all.add(keys.head(append.topic()));
            all.add(keys.history(append.topic()));
            all.add(keys.snapshot(append.topic()));
            if (append.idempotencyKey() != null) {
                all.add(keys.idempotency(append.topic(), append.idempotencyKey()));
            }
        }
        return all.toArray(byte[][]::new);
    }

    byte[][] arguments(Keys keys, byte[] announce) {
        List<byte[]> all = new ArrayList<>(7 + apps.size() + policies.size() + 2 * pendings.size());
        all.add(Forms.number(number));
        all.add(announce);
        all.add(Forms.number(keys.beforeTopic()));
        all.add(keys.topicChannels());
        all.add(Forms.number(INLINE_BYTES));
        all.add(Forms.number(apps.size()));
        all.add(Forms.number(policies.size()));
        apps.forEach(app -> all.add(Keys.bytes(keys.appChannel(app))));
        policies.forEach(policy -> all.add(Forms.policy(policy)));
        for (Pending pending : pendings) {
            Append append = pending.append();
            long epoch = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
            all.add(Forms.order(
                    append, 1 + apps.indexOf(append.topic().app()), 1 + policies.indexOf(append.policy()), epoch));
            all.add(Forms.record(append));
        }
        return all.toArray(byte[][]::new);
    }

    /// Answers all as the script has.
    void answer(byte[] results, Durability durability) {
        answer(0, pendings.size(), ByteBuffer.wrap(results), durability);
    }

    /// Answers those from one number up to another.
    ///
    /// @param results stands at the result of the first
    void answer(int from, int to, ByteBuffer results, Durability durability) {
        for (Pending pending : pendings.subList(from, to)) {
            pending.answer(Forms.result(results, pending.append(), durability));
        }
    }

    void answer(AppendResult result) {
        pendings.forEach(pending -> pending.answer(result));
    }
}
