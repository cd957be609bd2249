package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.Subscription;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.spi.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressRaceTest {
    private static final int ROUNDS = 500;
    private static final int TOTAL = 1_000_000;

    private final int[] steps = new Random(7).ints(2 * ROUNDS, 1, 200).toArray();
    private final CyclicBarrier round = new CyclicBarrier(3);

    /// Each round lets two workers race with the reporter's looks, and then pause: the last step of each must become
    /// known although nobody takes another.
    @Test
    void noLastStepIsLeftBehind() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(2);
        try (Broadcaster broadcaster = Broadcaster.builder(MemoryBackend.create())
                .clock(new HurriedClock())
                .start()) {
            Jobs jobs = broadcaster.app("shop").jobs();
            Progress progress = jobs.start("import-42", TOTAL);
            List<Future<?>> working =
                    List.of(workers.submit(() -> work(progress, 0)), workers.submit(() -> work(progress, 1)));
            try (Subscription<JobUpdate> updates = jobs.subscribe("import-42")) {
                watch(updates);
            }
            for (Future<?> worker : working) {
                worker.get(10, TimeUnit.SECONDS);
            }
        } finally {
            workers.shutdownNow();
        }
    }

    private Void work(Progress progress, int worker) throws Exception {
        for (int i = worker; i < steps.length; i += 2) {
            round.await();
            for (int n = 0; n < steps[i]; n++) {
                progress.step();
            }
        }
        return null;
    }

    private void watch(Subscription<JobUpdate> updates) throws Exception {
        int done = 0;
        for (int i = 0; i < steps.length; i += 2) {
            done += steps[i] + steps[i + 1];
            round.await();
            double expected = (double) done / TOTAL;
            double seen;
            do {
                seen = updates.next(Duration.ofSeconds(10))
                        .orElseThrow()
                        .progress()
                        .orElse(0);
                assertThat(seen).isLessThanOrEqualTo(expected);
            } while (seen < expected);
        }
    }

    /// The system's time, a hundred times as fast.
    private static final class HurriedClock implements Clock {
        private static final int HASTE = 100;

        @Override
        public Instant now() {
            return Clock.system().now();
        }

        @Override
        public long nanoTime() {
            return Clock.system().nanoTime() * HASTE;
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            return Clock.system().schedule(delay.dividedBy(HASTE), task);
        }
    }
}
