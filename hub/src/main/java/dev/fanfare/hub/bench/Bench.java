package dev.fanfare.hub.bench;

import dev.fanfare.App;
import dev.fanfare.Event;
import dev.fanfare.Topic;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One measurement: events published at a fixed rate, to a number of readers.
///
/// The latency of a delivery counts from when its event was due, not from when the publisher came to it: what holds the
/// publisher up is not left out.
///
/// @param rate events a second
/// @param payload bytes of each message
/// @param warmup how long events are published before they count
public record Bench(Transport transport, int connections, int rate, int payload, Duration warmup, Duration duration) {
    private static final String TOPIC = "bench/fan-out";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// What was measured.
    ///
    /// @param events how many counted
    /// @param delivered how many deliveries of those arrived
    /// @param closed how many connections the hub closed
    /// @param latencies in nanoseconds
    public record Result(Bench bench, long events, long delivered, int closed, Histogram latencies) {
        public long lost() {
            return events * bench.connections - delivered;
        }

        public double deliveriesPerSecond() {
            return delivered / (bench.duration.toNanos() / 1e9);
        }

        public double latencyMillis(double percentile) {
            return latencies.getValueAtPercentile(percentile) / 1e6;
        }
    }

    /// Measures; takes as long as warm-up and duration say, and a little longer.
    ///
    /// @param app where to publish, of the hub at `hub`
    public Result run(URI hub, App app) throws IOException, InterruptedException {
        try (Readers readers = new Readers(transport, hub, app.name(), TOPIC, connections)) {
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            publish(app.topic(TOPIC), warmup, failure);
            readers.countFrom(System.nanoTime());
            long events = publish(app.topic(TOPIC), duration, failure);
            awaitAll(readers, events * connections);
            if (failure.get() != null) {
                throw new IOException("publishing failed: " + failure.get().getMessage(), failure.get());
            }
            int closed = readers.lostConnections();
            return new Result(this, events, readers.counted(), closed, readers.finish());
        }
    }

    private long publish(Topic topic, Duration time, AtomicReference<@Nullable Throwable> failure) {
        long begin = System.nanoTime();
        long events = rate * time.toMillis() / 1000;
        for (long i = 0; i < events; i++) {
            long due = begin + i * 1_000_000_000L / rate;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            topic.publishAsync(event(due)).whenComplete((receipt, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
            });
        }
        return events;
    }

    private Event event(long dueNanos) {
        String marker = Marker.of(dueNanos);
        return Event.text(marker + ".".repeat(Math.max(0, payload - marker.length() - 2)));
    }

    /// Waits until everything has arrived, or nothing more does.
    private static void awaitAll(Readers readers, long expected) throws InterruptedException {
        long before = -1;
        long since = System.nanoTime();
        while (readers.counted() < expected && System.nanoTime() - since < PATIENCE.toNanos()) {
            if (readers.counted() != before) {
                before = readers.counted();
                since = System.nanoTime();
            }
            Thread.sleep(10);
        }
    }
}
