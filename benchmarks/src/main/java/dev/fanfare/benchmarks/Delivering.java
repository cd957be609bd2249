package dev.fanfare.benchmarks;

import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// How long it takes from when an event is due to be published until a subscriber has it: in another process if the
/// store can be shared, else in the same one.
///
/// Both processes read the machine's monotonic clock, which on Linux is one for all.
///
/// @param rate events a second
/// @param others how many others publish to topics of their own meanwhile, as fast as they can
record Delivering(int rate, int others) {
    static final String TOPIC = "delivery";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    Histogram run(Store store, String app, Timing timing) throws IOException, InterruptedException {
        try (Broadcaster broadcaster = Broadcaster.on(store.open());
                Subscription<Delivery> reader = broadcaster.app(app).subscribe(TOPIC, StartAt.live())) {
            if (store.isShared()) {
                return deliver(store, app, timing, reader);
            }
            Thread publisher = new Thread(() -> Child.publishAt(
                    rate,
                    timing.warmup().plus(timing.duration()),
                    broadcaster.app(app).topic(TOPIC)));
            publisher.start();
            Histogram delivered = read(reader, timing);
            publisher.join();
            return delivered;
        }
    }

    private Histogram deliver(Store store, String app, Timing timing, Subscription<Delivery> reader)
            throws IOException, InterruptedException {
        try (Child publisher = Child.publishingAt(rate, store, app, timing);
                Child load = Child.publishing(store, app, new Publishers(others, 1, false), timing)) {
            load.begin();
            publisher.begin();
            Histogram delivered = read(reader, timing);
            load.result();
            return delivered;
        }
    }

    private Histogram read(Subscription<Delivery> reader, Timing timing) throws InterruptedException {
        Histogram delivered = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        long notYet = rate * timing.warmup().toSeconds();
        long all = notYet + rate * timing.duration().toSeconds();
        for (long i = 0; i < all; i++) {
            Received event = (Received) reader.next(PATIENCE).orElseThrow();
            if (i >= notYet) {
                delivered.recordValue(Math.max(0, System.nanoTime() - Long.parseLong(event.message())));
            }
        }
        return delivered;
    }
}
