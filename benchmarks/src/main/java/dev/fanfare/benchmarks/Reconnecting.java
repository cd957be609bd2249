package dev.fanfare.benchmarks;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.Cursor;
import dev.fanfare.Event;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// How long it takes, from when a store can be reached again, until a node that reads many topics has everything that
/// was published meanwhile: one event in each.
///
/// @param topics how many topics have a reader
record Reconnecting(int topics) {
    private static final int AT_ONCE = 1_000;
    private static final long PATIENCE_SECONDS = 60;

    Histogram run(Store store, String app) throws IOException, InterruptedException {
        ExecutorService polling = Executors.newSingleThreadExecutor();
        try (CutProxy proxy = new CutProxy(store.server().orElseThrow());
                Broadcaster reading = Broadcaster.on(store.through(proxy.port()).open());
                Broadcaster publishing = Broadcaster.on(store.open())) {
            CountDownLatch whole = new CountDownLatch(topics);
            forAll(topic -> new Reader(polling, whole).open(reading.app(app), topic(topic)));
            proxy.cut();
            forAll(topic -> publishing
                    .app(app)
                    .topic(topic(topic))
                    .publishAsync(Event.json("1"))
                    .toCompletableFuture());
            return timeUntil(whole, proxy);
        } finally {
            polling.shutdownNow();
        }
    }

    private Histogram timeUntil(CountDownLatch whole, CutProxy proxy) throws InterruptedException {
        long begin = System.nanoTime();
        proxy.mend();
        if (!whole.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(whole.getCount() + " of " + topics + " topics are not whole again");
        }
        Histogram taken = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
        taken.recordValue(System.nanoTime() - begin);
        return taken;
    }

    private static String topic(int number) {
        return "topic/" + number;
    }

    private void forAll(IntFunction<CompletableFuture<?>> action) {
        List<CompletableFuture<?>> underWay = new ArrayList<>(AT_ONCE);
        for (int i = 0; i < topics; i++) {
            underWay.add(action.apply(i));
            if (underWay.size() == AT_ONCE || i == topics - 1) {
                underWay.forEach(CompletableFuture::join);
                underWay.clear();
            }
        }
    }

    /// Reads one topic.
    ///
    /// Threads: `wake` may be called by any; the rest happens on the executor.
    private static final class Reader {
        private final ExecutorService executor;
        private final CountDownLatch whole;
        private volatile @Nullable Cursor cursor;
        private boolean hasRead;

        Reader(ExecutorService executor, CountDownLatch whole) {
            this.executor = executor;
            this.whole = whole;
        }

        CompletableFuture<?> open(App app, String topic) {
            Selection live = Selection.of(TopicPattern.of(topic), StartAt.live());
            return app.open(live, this::wake)
                    .thenAcceptAsync(
                            opened -> {
                                cursor = opened;
                                poll();
                            },
                            executor)
                    .toCompletableFuture();
        }

        private void wake() {
            executor.execute(this::poll);
        }

        private void poll() {
            Cursor reading = cursor;
            if (reading != null && !reading.poll(1 << 20).isEmpty() && !hasRead) {
                hasRead = true;
                whole.countDown();
            }
        }
    }
}
