package dev.fanfare.benchmarks;

import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// Publishers that each wait for their acknowledgement before they publish again, to topics at random.
///
/// @param count how many there are, each a thread
/// @param batch how many events each hands over at once
/// @param readAll whether a listener hears of all topics
record Publishers(int count, int batch, boolean readAll) {
    static final int TOPICS = 1_000;
    private static final int BYTES = 200;
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Bytes MESSAGE = Bytes.utf8("\"" + "x".repeat(BYTES - 2) + "\"");

    /// Publishes for that time after a warm-up, and returns how long each acknowledgement took, in nanoseconds.
    Histogram run(Backend backend, String app, Timing timing) {
        List<TopicName> topics = topics(app);
        if (readAll) {
            Waiting.forResult(backend.attach(topics), () -> "attaching");
        }
        return run(
                () -> requireAccepted(
                        backend.append(events(topics)).toCompletableFuture().join()),
                timing);
    }

    /// Does the same with what a store does at best.
    Histogram run(Bare.Connected bare, Timing timing) {
        byte[] message = MESSAGE.toArray();
        return run(() -> bare.publish(ThreadLocalRandom.current().nextInt(TOPICS), message), timing);
    }

    /// One publisher warms up alone first: beside all of them, the compiler would wait long for its turns on the CPUs.
    private Histogram run(Runnable publish, Timing timing) {
        long warm = System.nanoTime() + timing.warmup().toNanos();
        repeat(publish, warm, warm);
        long begin = System.nanoTime() + timing.warmup().toNanos();
        long end = begin + timing.duration().toNanos();
        List<CompletableFuture<Histogram>> publishing = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            publishing.add(
                    CompletableFuture.supplyAsync(() -> repeat(publish, begin, end), task -> new Thread(task).start()));
        }
        Histogram all = new Histogram(LONGEST_NANOS, 3);
        publishing.forEach(publisher -> all.add(publisher.join()));
        return all;
    }

    private static List<TopicName> topics(String app) {
        List<TopicName> topics = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            topics.add(new TopicName(app, "topic/" + i));
        }
        return topics;
    }

    private Histogram repeat(Runnable publish, long begin, long end) {
        Histogram acknowledged = new Histogram(LONGEST_NANOS, 3);
        for (long now = System.nanoTime(); now < end; ) {
            publish.run();
            long after = System.nanoTime();
            if (now >= begin) {
                acknowledged.recordValueWithCount(after - now, batch);
            }
            now = after;
        }
        return acknowledged;
    }

    private List<Append> events(List<TopicName> topics) {
        if (batch == 1) {
            return List.of(event(topics));
        }
        List<Append> events = new ArrayList<>(batch);
        for (int i = 0; i < batch; i++) {
            events.add(event(topics));
        }
        return events;
    }

    private static Append event(List<TopicName> topics) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new Append(
                topics.get(random.nextInt(TOPICS)),
                random.nextLong(1, Long.MAX_VALUE),
                null,
                MESSAGE,
                false,
                Effect.KEEP,
                null,
                null,
                TopicPolicy.DEFAULT);
    }

    static void requireAccepted(List<AppendResult> results) {
        for (AppendResult result : results) {
            if (!(result instanceof AppendResult.Accepted)) {
                throw new IllegalStateException("not accepted: " + result);
            }
        }
    }
}
