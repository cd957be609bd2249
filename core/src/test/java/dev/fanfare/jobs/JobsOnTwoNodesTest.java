package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.Broadcaster;
import dev.fanfare.spi.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobsOnTwoNodesTest {
    private final StillClock clock = new StillClock();
    private final GatedBackend gate = new GatedBackend(clock);
    private final Broadcaster first = Broadcaster.builder(gate).clock(clock).start();
    private final Broadcaster second =
            Broadcaster.builder(gate.ofSecondNode()).clock(clock).start();
    private final Jobs here = first.app("shop").jobs();
    private final Jobs there = second.app("shop").jobs();

    @AfterEach
    void close() {
        second.close();
        first.close();
    }

    @Test
    void aChangeThatWasOvertakenIsMergedIntoWhatOvertookIt() {
        here.update("import-42", JobChange.progress(0.1));
        gate.hold();
        CompletableFuture<JobReceipt> held =
                here.updateAsync("import-42", JobChange.none().message("half")).toCompletableFuture();

        there.update("import-42", JobChange.progress(0.5));
        gate.open();

        JobUpdate update = held.join().update();
        assertThat(update.message()).contains("half");
        assertThat(update.progress()).hasValue(0.5);
        assertThat(update.position().offset()).isEqualTo(3);
    }

    @Test
    void aChangeThatWasOvertakenByTheEndIsRefused() {
        here.update("import-42", JobChange.progress(0.1));
        gate.hold();
        CompletableFuture<JobReceipt> held =
                here.updateAsync("import-42", JobChange.progress(0.9)).toCompletableFuture();

        JobUpdate end = there.fail("import-42", "disk full").update();
        gate.open();

        JobEndedException refused =
                catchThrowableOfType(JobEndedException.class, () -> Waiting.forResult(held, () -> "updating"));
        assertThat(refused.last()).isEqualTo(end);
        assertThat(there.state("import-42")).contains(end);
    }

    @Test
    void ofTwoFirstUpdatesBothAreKept() {
        gate.hold();
        CompletableFuture<JobReceipt> held = here.updateAsync(
                        "import-42", JobChange.none().message("queued"))
                .toCompletableFuture();

        there.update("import-42", JobChange.progress(0.5));
        gate.open();

        assertThat(held.join().update().progress()).hasValue(0.5);
        assertThat(held.join().update().message()).contains("queued");
    }

    @Test
    void ofTwoWhoRetryOneBeginsTheAttempt() {
        here.fail("import-42", "disk full");
        gate.hold();
        CompletableFuture<JobReceipt> held = here.updateAsync(
                        "import-42", JobChange.none().message("mine").attempt(2))
                .toCompletableFuture();

        there.update("import-42", JobChange.progress(0.5).attempt(2));
        gate.open();

        JobUpdate update = held.join().update();
        assertThat(update.attempt()).isEqualTo(2);
        assertThat(update.progress()).hasValue(0.5);
        assertThat(update.message()).contains("mine");
    }

    @Test
    void changesThatWaitForOneThatIsHeldUpFollowInTheirOrder() {
        gate.hold();
        List<CompletableFuture<JobReceipt>> waiting = new ArrayList<>();
        for (int i = 1; i <= 10_000; i++) {
            waiting.add(here.updateAsync("import-42", JobChange.none().message("row " + i))
                    .toCompletableFuture());
        }
        assertThat(gate.appends()).isEqualTo(1);

        gate.open();

        for (int i = 0; i < waiting.size(); i++) {
            assertThat(waiting.get(i).join().update().position().offset()).isEqualTo(i + 1);
        }
    }

    @Test
    void changesThatWaitForOneThatIsTurnedAwayFailOrSucceedOnTheirOwn() {
        gate.hold();
        here.updateAsync("import-42", JobChange.progress(0.1));
        CompletableFuture<JobReceipt> bad =
                here.updateAsync("import-42", JobChange.none().attempt(7)).toCompletableFuture();
        CompletableFuture<JobReceipt> good =
                here.updateAsync("import-42", JobChange.progress(0.2)).toCompletableFuture();

        gate.open();

        assertThat(bad).isCompletedExceptionally();
        assertThat(good.join().update().progress()).hasValue(0.2);
    }

    @Test
    void manyWritersOnBothNodesLoseNoUpdate() throws Exception {
        int threads = 8;
        int updates = 100;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Jobs node = i % 2 == 0 ? here : there;
                workers.add(executor.submit(() -> {
                    for (int n = 0; n < updates; n++) {
                        node.update("import-42", JobChange.progress(n / 100.0));
                    }
                }));
            }
            for (Future<?> worker : workers) {
                worker.get(30, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }

        assertThat(there.state("import-42").orElseThrow().position().offset()).isEqualTo((long) threads * updates);
    }
}
