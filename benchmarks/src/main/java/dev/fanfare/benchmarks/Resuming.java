package dev.fanfare.benchmarks;

import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// How long it takes from subscribing with a position until all that was missed has been read, while nothing else goes
/// on.
///
/// @param stored how many events the topic has
/// @param missed how many of them follow the position
record Resuming(int stored, int missed) {
    private static final String TOPIC = "long";
    private static final int AT_ONCE = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final TopicPolicy POLICY =
            TopicPolicy.DEFAULT.withHistory(Integer.MAX_VALUE, Long.MAX_VALUE, Duration.ofHours(1));
    private static final Bytes MESSAGE = Bytes.utf8("\"" + "x".repeat(198) + "\"");

    /// Stores the events, then resumes so often.
    Histogram run(Store store, String app, int times) throws InterruptedException {
        Backend backend = store.open();
        try (Broadcaster broadcaster =
                Broadcaster.builder(backend).policy(POLICY).start()) {
            Position from = fill(backend, app);
            Histogram resumed = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
            for (int i = 0; i < times; i++) {
                long begin = System.nanoTime();
                resume(broadcaster, app, from);
                resumed.recordValue(System.nanoTime() - begin);
            }
            backend.purge(app).toCompletableFuture().join();
            return resumed;
        }
    }

    /// Returns the position that so many events follow.
    private Position fill(Backend backend, String app) {
        Position from = Position.NONE;
        for (int at = 0; at < stored; at += AT_ONCE) {
            List<AppendResult> results =
                    backend.append(batch(app)).toCompletableFuture().join();
            Publishers.requireAccepted(results);
            int last = stored - missed - at - 1;
            if (last >= 0 && last < AT_ONCE) {
                from = ((AppendResult.Accepted) results.get(last)).position();
            }
        }
        return from;
    }

    private static List<Append> batch(String app) {
        List<Append> batch = new ArrayList<>(AT_ONCE);
        for (int i = 0; i < AT_ONCE; i++) {
            long uid = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
            batch.add(
                    new Append(new TopicName(app, TOPIC), uid, null, MESSAGE, false, Effect.KEEP, null, null, POLICY));
        }
        return batch;
    }

    private void resume(Broadcaster broadcaster, String app, Position from) throws InterruptedException {
        try (Subscription<Delivery> reader = broadcaster.app(app).subscribe(TOPIC, StartAt.after(from))) {
            for (int i = 0; i < missed; i++) {
                Delivery next = reader.next(PATIENCE).orElseThrow();
                if (!(next instanceof Received)) {
                    throw new IllegalStateException("an event was expected, not " + next);
                }
            }
        }
    }
}
