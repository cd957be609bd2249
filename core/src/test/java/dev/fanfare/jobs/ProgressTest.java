package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.InvalidValueException;
import dev.fanfare.RefusedException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final Duration PACE = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final StillClock clock = new StillClock();
    private final GatedBackend backend = new GatedBackend(clock);
    private final Broadcaster broadcaster =
            Broadcaster.builder(backend).clock(clock).start();
    private final Jobs jobs = broadcaster.app("shop").jobs();

    @AfterEach
    void close() {
        broadcaster.close();
    }

    @Test
    void startAnnouncesTheJob() {
        jobs.start("import-42", 10);

        assertThat(job().status()).isEqualTo(JobStatus.PROCESSING);
        assertThat(job().progress()).hasValue(0);
    }

    @Test
    void stepsLeaveTogether() {
        Progress progress = jobs.start("import-42", 10);
        progress.step();
        progress.step("row 2");
        progress.advance(3);
        assertThat(job().progress()).hasValue(0);

        clock.advance(PACE);

        assertThat(job().progress()).hasValue(0.5);
        assertThat(job().message()).contains("row 2");
        assertThat(backend.appends()).isEqualTo(2);
    }

    @Test
    void aStepAfterAPauseLeavesAtOnce() {
        Progress progress = jobs.start("import-42", 10);
        clock.advance(PACE);

        progress.step();
        clock.advance(Duration.ZERO);

        assertThat(job().progress()).hasValue(0.1);
    }

    @Test
    void atMostTwentyUpdatesASecondLeave() {
        Progress progress = jobs.start("import-42", 1_000_000);

        for (int i = 0; i < 10_000; i++) {
            progress.step();
            clock.advance(Duration.ofMillis(1));
        }

        assertThat(backend.appends()).isBetween(190, 201);
    }

    @Test
    void theLastValueLeavesWithinFiftyMilliseconds() {
        Random random = new Random(42);
        for (int round = 0; round < 200; round++) {
            String id = "import-" + round;
            Progress progress = jobs.start(id, 1000);
            int steps = random.nextInt(1, 30);
            for (int i = 0; i < steps; i++) {
                clock.advance(Duration.ofMillis(random.nextInt(40)));
                progress.step();
            }

            clock.advance(PACE);

            assertThat(jobs.state(id).orElseThrow().progress()).hasValue(steps / 1000.0);
        }
    }

    @Test
    void nothingLeavesWhenNothingHasChanged() {
        Progress progress = jobs.start("import-42");
        progress.at(0.5);
        clock.advance(PACE);
        int before = backend.appends();

        progress.at(0.5);
        progress.step();
        clock.advance(Duration.ofSeconds(10));

        assertThat(backend.appends()).isEqualTo(before);
    }

    @Test
    void progressIsUnknownUntilATotalOrAFractionIsKnown() {
        Progress progress = jobs.start("import-42");
        progress.step("looking around");
        clock.advance(PACE);
        assertThat(job().progress()).isEmpty();
        assertThat(job().message()).contains("looking around");

        progress.total(4);
        clock.advance(PACE);
        assertThat(job().progress()).hasValue(0.25);

        progress.at(0.75);
        clock.advance(PACE);
        assertThat(job().progress()).hasValue(0.75);

        progress.step();
        clock.advance(PACE);
        assertThat(job().progress()).hasValue(0.75);
    }

    @Test
    void moreStepsThanTheTotalAreOne() {
        Progress progress = jobs.start("import-42", 2);
        progress.advance(3);
        clock.advance(PACE);

        assertThat(job().progress()).hasValue(1);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        Progress progress = jobs.start("import-42", 2);

        assertThatThrownBy(() -> progress.at(1.1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> progress.at(Double.NaN)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> progress.advance(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> progress.total(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> jobs.start("import-43", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(jobs.state("import-43")).isEmpty();
    }

    @Test
    void whatAWorkerSaysIsCutAndMendedRatherThanRefused() {
        Progress progress = jobs.start("import-42", 2);
        progress.step("x".repeat(1 << 20) + "\ud83d");
        clock.advance(PACE);

        assertThat(job().message().orElseThrow())
                .hasSizeLessThan(JobText.MAX_BYTES)
                .endsWith("…");
    }

    @Test
    void oneUpdateIsInFlightAtATimeAndTheNextHoldsTheNewestValues() {
        Progress progress = jobs.start("import-42", 10);
        backend.hold();
        progress.step();
        clock.advance(PACE);
        assertThat(backend.appends()).isEqualTo(2);

        progress.step();
        clock.advance(Duration.ofMillis(500));
        progress.step();
        clock.advance(Duration.ofMillis(500));
        assertThat(backend.appends()).isEqualTo(2);

        backend.open();
        clock.advance(Duration.ZERO);
        assertThat(job().progress()).hasValue(0.3);
        assertThat(backend.appends()).isEqualTo(3);
    }

    @Test
    void theEndWaitsForWhatIsInFlightAndHoldsTheFinalValues() throws Exception {
        Progress progress = jobs.start("import-42", 10);
        backend.hold();
        progress.step("row 1");
        clock.advance(PACE);
        progress.step("row 2");
        FutureTask<JobUpdate> end = waiting(() -> progress.fail("disk full"));
        assertThat(backend.appends()).isEqualTo(2);

        backend.open();

        JobUpdate last = end.get(10, TimeUnit.SECONDS);
        assertThat(last).isEqualTo(job());
        assertThat(last.status()).isEqualTo(JobStatus.FAILED);
        assertThat(last.progress()).hasValue(0.2);
        assertThat(last.message()).contains("row 2");
        assertThat(last.error()).contains("disk full");
        assertThat(backend.appends()).isEqualTo(3);
    }

    @Test
    void theEndDoesNotWaitForThePace() {
        Progress progress = jobs.start("import-42", 4);
        progress.step("row 1");

        JobUpdate end = progress.cancel();

        assertThat(end.status()).isEqualTo(JobStatus.CANCELLED);
        assertThat(end.progress()).hasValue(0.25);
        assertThat(end.message()).contains("row 1");
        assertThat(progress.isEnded()).isTrue();
    }

    @Test
    void nothingFollowsTheEnd() {
        Progress progress = jobs.start("import-42", 4);
        progress.step();
        JobUpdate end = progress.complete("[1]");
        int appends = backend.appends();

        progress.step("late");
        clock.advance(Duration.ofMinutes(1));

        assertThat(progress.fail("late")).isEqualTo(end);
        progress.close();
        assertThat(job()).isEqualTo(end);
        assertThat(backend.appends()).isEqualTo(appends);
    }

    @Test
    void aProgressThatIsClosedWithoutAnEndHasFailed() {
        try (Progress progress = jobs.start("import-42", 4)) {
            progress.step();
        }

        assertThat(job().status()).isEqualTo(JobStatus.FAILED);
        assertThat(job().error()).isPresent();
        assertThat(job().progress()).hasValue(0.25);
    }

    @Test
    void anUpdateThatCannotBeStoredIsMadeAgainFromTheNewestValues() {
        Progress progress = jobs.start("import-42", 10);
        backend.goAway();
        progress.step();
        clock.advance(PACE);
        progress.step();
        clock.advance(RETRY);
        assertThat(job().progress()).hasValue(0);

        backend.open();
        clock.advance(RETRY);

        assertThat(job().progress()).hasValue(0.2);
    }

    @Test
    void theEndIsTriedAgainUntilTheBackendIsBack() throws Exception {
        Progress progress = jobs.start("import-42", 10);
        backend.goAway();
        FutureTask<JobUpdate> end = waiting(progress::complete);
        clock.advance(RETRY);
        clock.advance(RETRY);

        backend.open();
        clock.advance(RETRY);

        assertThat(end.get(10, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.COMPLETE);
        assertThat(job().status()).isEqualTo(JobStatus.COMPLETE);
    }

    @Test
    void anEndThatComesWhileUpdatesFailIsSentWithTheNextTry() throws Exception {
        Progress progress = jobs.start("import-42", 10);
        backend.goAway();
        progress.step();
        clock.advance(PACE);
        backend.open();

        assertThat(waiting(progress::complete).get(10, TimeUnit.SECONDS)).isEqualTo(job());
    }

    @Test
    void anEndThatIsNotStoredWithinAQuarterOfAnHourIsGivenUp() throws Exception {
        Progress progress = jobs.start("import-42", 10);
        backend.goAway();
        FutureTask<BackendUnavailableException> refused =
                waiting(() -> catchThrowableOfType(BackendUnavailableException.class, progress::complete));

        clock.advance(Duration.ofMinutes(16));

        assertThat(refused.get(10, TimeUnit.SECONDS)).hasMessageContaining("switched off");
        int appends = backend.appends();
        clock.advance(Duration.ofMinutes(1));
        assertThat(backend.appends()).isEqualTo(appends);
    }

    @Test
    void aJobThatTheBackendHasForgottenIsAnnouncedAgain() {
        jobs.fail("import-42", "first try");
        jobs.retry("import-42");
        Progress progress = jobs.start("import-42", 10);
        progress.step("row 1");
        clock.advance(PACE);

        backend.purge("shop");
        progress.step();
        clock.advance(PACE);

        assertThat(job().status()).isEqualTo(JobStatus.PROCESSING);
        assertThat(job().progress()).hasValue(0.2);
        assertThat(job().message()).contains("row 1");
        assertThat(job().attempt()).isEqualTo(2);

        backend.purge("shop");
        assertThat(progress.complete()).isEqualTo(job());
    }

    @Test
    void aWorkerSeesThatItsJobWasCancelledAndCannotUndoIt() {
        Progress progress = jobs.start("import-42", 10);
        jobs.cancel("import-42");
        assertThat(progress.isEnded()).isFalse();

        progress.step();
        clock.advance(PACE);

        assertThat(progress.isEnded()).isTrue();
        assertThat(progress.complete().status()).isEqualTo(JobStatus.CANCELLED);
        assertThat(job().status()).isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void aWorkerThatWasGivenUpCannotDisturbTheNextAttempt() {
        Progress first = jobs.start("import-42", 10);
        jobs.fail("import-42", "worker lost");
        jobs.retry("import-42");
        Progress second = jobs.start("import-42", 10);

        first.advance(9);
        clock.advance(PACE);

        assertThat(first.isEnded()).isTrue();
        assertThatThrownBy(first::complete).isInstanceOf(StaleAttemptException.class);
        first.close();
        assertThat(job().progress()).hasValue(0);
        assertThat(second.complete().attempt()).isEqualTo(2);
    }

    @Test
    void resultsThatAreTooLargeAreRefusedAndTheJobMayEndOtherwise() {
        Progress progress = jobs.start("import-42", 10);
        String huge = '"' + "x".repeat(1 << 20) + '"';

        assertThatThrownBy(() -> progress.complete(huge))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.code()).isEqualTo("body_too_large"));
        assertThat(progress.isEnded()).isFalse();
        progress.step();
        clock.advance(PACE);
        assertThat(job().progress()).hasValue(0.1);

        progress.close();
        assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    }

    @Test
    void resultsThatAreNoJsonAreRefusedAndTheJobMayEndOtherwise() {
        Progress progress = jobs.start("import-42", 10);

        assertThatThrownBy(() -> progress.complete("{oops")).isInstanceOf(InvalidValueException.class);

        assertThat(progress.complete("{}").results()).contains("{}");
    }

    private JobUpdate job() {
        return jobs.state("import-42").orElseThrow();
    }

    /// Starts the call on a thread of its own and returns once it waits, or is over.
    private static <T> FutureTask<T> waiting(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "waiting");
        thread.start();
        while (!task.isDone() && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return task;
    }
}
