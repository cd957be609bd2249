package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Durability;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Received;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.TopicPattern;
import dev.fanfare.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create());
    private final App app = broadcaster.app("shop");
    private final Jobs jobs = app.jobs();

    @AfterEach
    void close() {
        broadcaster.close();
    }

    @Test
    void theFirstUpdateMakesTheJobAndLaterOnesAreMergedIntoIt() {
        jobs.update("import-42", JobChange.none());
        jobs.update("import-42", JobChange.progress(0.5).message("half"));
        JobReceipt receipt = jobs.update("import-42", JobChange.none().results("{\"rows\":21}"));

        JobUpdate update = receipt.update();
        assertThat(update.status()).isEqualTo(JobStatus.PROCESSING);
        assertThat(update.progress()).hasValue(0.5);
        assertThat(update.message()).contains("half");
        assertThat(update.results()).contains("{\"rows\":21}");
        assertThat(receipt.durability()).isEqualTo(Durability.MEMORY);
        assertThat(receipt.duplicate()).isFalse();
        assertThat(jobs.state("import-42")).contains(update);
    }

    @Test
    void aJobThatNobodyHasHeardOfHasNoState() {
        assertThat(jobs.state("import-42")).isEmpty();
    }

    @Test
    void startTakesUpAJobThatIsPendingAndRefusesOneThatHasEnded() {
        jobs.update("import-42", JobChange.none().message("queued"));

        jobs.start("import-42").complete();

        assertThat(jobs.state("import-42").orElseThrow().message()).contains("queued");
        assertThatThrownBy(() -> jobs.start("import-42")).isInstanceOf(JobEndedException.class);
    }

    @Test
    void watchingBeforeTheWorkerStartsWaits() {
        try (Subscription<JobUpdate> updates = jobs.subscribe("import-42")) {
            assertThat(updates.next(Duration.ZERO)).isEmpty();
            assertThat(updates.isEnded()).isFalse();

            jobs.update("import-42", JobChange.progress(0.5));

            assertThat(updates.next(SOON)).hasValueSatisfying(update -> {
                assertThat(update.progress()).hasValue(0.5);
                assertThat(update.jobId()).isEqualTo("import-42");
            });
        }
    }

    @Test
    void aWatcherGetsTheTerminalUpdateAndThenTheEnd() {
        jobs.update("import-42", JobChange.progress(0.5));
        try (Subscription<JobUpdate> updates = jobs.subscribe("import-42")) {
            jobs.complete("import-42", "{\"rows\":42}");

            List<JobUpdate> seen = new ArrayList<>();
            updates.forEach(seen::add);

            assertThat(seen).extracting(JobUpdate::status).containsExactly(JobStatus.PROCESSING, JobStatus.COMPLETE);
            assertThat(seen.get(0).snapshot()).isTrue();
            assertThat(seen.get(1).results()).contains("{\"rows\":42}");
            assertThat(updates.isEnded()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = JobStatus.class,
            names = {"COMPLETE", "FAILED", "CANCELLED"})
    void whoComesLateGetsTheTerminalUpdateAndThenTheEnd(JobStatus end) {
        jobs.update("import-42", JobChange.progress(0.5));
        jobs.update("import-42", JobChange.status(end));

        try (Subscription<JobUpdate> updates = jobs.subscribe("import-42")) {
            List<JobUpdate> seen = new ArrayList<>();
            updates.forEach(seen::add);
            assertThat(seen).extracting(JobUpdate::status).containsExactly(end);
        }
        assertThat(deliveries("import-42"))
                .last()
                .isInstanceOfSatisfying(
                        Delivery.Ended.class, e -> assertThat(e.reason()).isEqualTo(end.closeReason()));
    }

    @Test
    void anUpdateAfterTheEndIsRefusedWithTheFinalState() {
        JobUpdate end = jobs.fail("import-42", "disk full").update();

        JobEndedException refused =
                catchThrowableOfType(JobEndedException.class, () -> jobs.update("import-42", JobChange.progress(0.9)));

        assertThat(refused.last()).isEqualTo(end);
        assertThat(jobs.state("import-42")).contains(end);
    }

    @Test
    void theSameEndAgainChangesNothing() {
        JobUpdate end = jobs.complete("import-42").update();

        JobReceipt again = jobs.complete("import-42");

        assertThat(again).isEqualTo(new JobReceipt(end, Durability.NONE, true));
    }

    @Test
    void retryBeginsANewAttemptThatWatchersOfTheEndDoNotSee() {
        JobUpdate failed = jobs.fail("import-42", "disk full").update();

        JobUpdate again = jobs.retry("import-42").update();

        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.status()).isEqualTo(JobStatus.PROCESSING);
        assertThat(again.progress()).hasValue(0);
        assertThat(again.error()).isEmpty();
        assertThat(again.position().epoch()).isNotEqualTo(failed.position().epoch());
        assertThatThrownBy(
                        () -> jobs.update("import-42", JobChange.progress(0.9).attempt(1)))
                .isInstanceOf(StaleAttemptException.class);
        assertThat(jobs.complete("import-42").update().attempt()).isEqualTo(2);
    }

    @Test
    void onlyAJobThatHasEndedIsRetried() {
        assertThatThrownBy(() -> jobs.retry("import-42")).isInstanceOf(UnknownJobException.class);

        jobs.update("import-42", JobChange.progress(0.5));

        assertThatThrownBy(() -> jobs.retry("import-42")).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void anAttemptThatEndsWithItsFirstChangeBeginsAndEnds() {
        jobs.fail("import-42", "disk full");

        JobUpdate end = jobs.update(
                        "import-42", JobChange.status(JobStatus.COMPLETE).attempt(2))
                .update();

        assertThat(end.status()).isEqualTo(JobStatus.COMPLETE);
        assertThat(end.attempt()).isEqualTo(2);
        assertThat(jobs.state("import-42")).contains(end);
        assertThat(deliveries("import-42")).last().isInstanceOf(Delivery.Ended.class);
    }

    @Test
    void sendTellsAJobThatRunsAndIsFalseForOneThatIsUnknownOrOver() {
        assertThat(jobs.send("import-42", JobChange.progress(0.1))).isFalse();
        assertThat(jobs.state("import-42")).isEmpty();

        jobs.update("import-42", JobChange.none());
        assertThat(jobs.send("import-42", JobChange.progress(0.5))).isTrue();
        assertThat(jobs.state("import-42").orElseThrow().progress()).hasValue(0.5);

        jobs.complete("import-42");
        assertThat(jobs.send("import-42", JobChange.progress(0.6))).isFalse();
        assertThat(jobs.send("import-42", JobChange.status(JobStatus.COMPLETE))).isFalse();
    }

    @Test
    void aRepeatedIdempotencyKeyIsStoredOnce() {
        JobChange change = JobChange.progress(0.5).idempotencyKey("half");
        JobReceipt first = jobs.update("import-42", change);

        JobReceipt again = jobs.update("import-42", change);

        assertThat(again.duplicate()).isTrue();
        assertThat(again.update()).isEqualTo(first.update());
        assertThat(jobs.state("import-42")).contains(first.update());
    }

    @Test
    void existingOnlyDoesNotMakeAJob() {
        assertThatThrownBy(
                        () -> jobs.update("import-42", JobChange.progress(0.5).existingOnly()))
                .isInstanceOfSatisfying(
                        UnknownJobException.class, e -> assertThat(e.jobId()).isEqualTo("import-42"));
        assertThat(jobs.state("import-42")).isEmpty();
    }

    @Test
    void aJobThatIsDroppedIsForgottenAndItsIdIsFree() {
        jobs.complete("import-42");

        assertThat(jobs.drop("import-42")).isTrue();

        assertThat(jobs.state("import-42")).isEmpty();
        assertThat(jobs.drop("import-42")).isFalse();
        assertThat(jobs.update("import-42", JobChange.none()).update().attempt())
                .isEqualTo(1);
    }

    @Test
    void aWatcherOfAJobThatIsDroppedComesToItsEnd() {
        jobs.update("import-42", JobChange.progress(0.5));
        try (Subscription<JobUpdate> updates = jobs.subscribe("import-42")) {
            jobs.drop("import-42");

            updates.forEach(update -> assertThat(update.isEnded()).isFalse());

            assertThat(updates.isEnded()).isTrue();
        }
    }

    @Test
    void onlyMereProgressIsConflatedForAReaderThatIsBehind() {
        jobs.update("import-42", JobChange.progress(0.1));
        try (Cursor cursor = open("import-42", StartAt.earliest())) {
            jobs.update("import-42", JobChange.progress(0.2));
            jobs.update("import-42", JobChange.progress(0.3).message("three"));
            jobs.update("import-42", JobChange.none().results("1"));
            jobs.update("import-42", JobChange.progress(0.4));
            jobs.update("import-42", JobChange.progress(0.5));
            jobs.complete("import-42");

            List<JobUpdate> seen = updates(cursor.poll(Integer.MAX_VALUE));

            assertThat(seen)
                    .extracting(update -> update.progress().getAsDouble())
                    .containsExactly(0.1, 0.3, 0.5, 1.0);
        }
    }

    @Test
    void sixtyFourThreadsThatUpdateOneJobAllSucceed() throws Exception {
        int threads = 64;
        int updates = 50;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        CyclicBarrier start = new CyclicBarrier(threads);
        Set<Object> positions = ConcurrentHashMap.newKeySet();
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(executor.submit(() -> {
                    start.await();
                    for (int n = 0; n < updates; n++) {
                        positions.add(jobs.update("import-42", JobChange.progress(n / 100.0))
                                .update()
                                .position());
                    }
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get(30, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }

        assertThat(positions).hasSize(threads * updates);
        assertThat(jobs.state("import-42").orElseThrow().position().offset()).isEqualTo((long) threads * updates);
        assertThat(jobs.state("import-42").orElseThrow().progress()).hasValue(0.49);
    }

    @Test
    void ofManyWhoEndAJobOneSucceedsAndTheOthersAreTold() throws Exception {
        int threads = 16;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        CyclicBarrier start = new CyclicBarrier(threads);
        Set<JobUpdate> ends = ConcurrentHashMap.newKeySet();
        try {
            List<Future<Boolean>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                String error = "fault " + i;
                workers.add(executor.submit(() -> {
                    start.await();
                    try {
                        ends.add(jobs.fail("import-42", error).update());
                        return true;
                    } catch (JobEndedException late) {
                        ends.add(late.last());
                        return false;
                    }
                }));
            }
            int won = 0;
            for (Future<Boolean> worker : workers) {
                won += worker.get(30, TimeUnit.SECONDS) ? 1 : 0;
            }
            assertThat(won).isEqualTo(1);
        } finally {
            executor.shutdownNow();
        }
        assertThat(ends).hasSize(1);
    }

    @Test
    void whoHasAnAnswerMayUpdateTheSameJobAtOnce() {
        JobUpdate end = jobs.updateAsync("import-42", JobChange.progress(0.5))
                .thenApply(half -> jobs.complete("import-42").update())
                .toCompletableFuture()
                .join();

        assertThat(end.status()).isEqualTo(JobStatus.COMPLETE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a//b", "*", "a\nb", "../x"})
    void aBadIdIsRefusedEverywhere(String id) {
        assertThatThrownBy(() -> jobs.update(id, JobChange.none())).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> jobs.state(id)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> jobs.subscribe(id)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> jobs.drop(id)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void allJobsOfAnAppCanBeWatchedTogether() {
        jobs.update("import-1", JobChange.progress(0.5));
        jobs.complete("import-2");
        try (Subscription<JobUpdate> updates = jobs.subscribeAll()) {
            assertThat(updates.next(SOON).orElseThrow().jobId()).isEqualTo("import-1");

            jobs.update("exports/1", JobChange.progress(0.1));
            assertThat(updates.next(SOON).orElseThrow().jobId()).isEqualTo("exports/1");

            jobs.complete("import-1");
            assertThat(updates.next(SOON).orElseThrow().status()).isEqualTo(JobStatus.COMPLETE);
            assertThat(updates.isEnded()).isFalse();
        }
    }

    @Test
    void theNoopBroadcasterTakesJobsAndForgetsThem() {
        Jobs noop = Broadcaster.noop().app("shop").jobs();

        JobUpdate end = noop.run("import-42", 2, Progress::step);

        assertThat(end.status()).isEqualTo(JobStatus.COMPLETE);
        assertThat(noop.state("import-42")).isEmpty();
        assertThat(noop.list(null, null, 10).jobs()).isEmpty();
    }

    private Cursor open(String id, StartAt startAt) {
        return app.open(Selection.of(TopicPattern.ofJobs(id), startAt), () -> {})
                .toCompletableFuture()
                .join();
    }

    private List<Delivery> deliveries(String id) {
        try (Cursor cursor = open(id, StartAt.snapshot())) {
            return cursor.poll(Integer.MAX_VALUE);
        }
    }

    private static List<JobUpdate> updates(List<Delivery> deliveries) {
        return deliveries.stream()
                .filter(Received.class::isInstance)
                .map(delivery -> JobUpdate.of((Received) delivery))
                .toList();
    }
}
