package dev.fanfare.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.CloseReason;
import dev.fanfare.Delivery;
import dev.fanfare.Durability;
import dev.fanfare.Received;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.TopicPattern;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobPage;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.jobs.Jobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Jobs from the seats of their worker and of those who watch.
interface JobsRules extends Rules {
    private Jobs jobs() {
        return app().jobs();
    }

    @Test
    default void aWatcherSeesTheWorkFromItsBeginningToItsEnd() {
        try (Subscription<JobUpdate> updates = jobs().subscribe("import-42")) {
            JobUpdate last = jobs().run("import-42", 4, progress -> {
                for (int i = 1; i <= 4; i++) {
                    progress.step("row " + i);
                }
            });
            assertThat(last.status()).isEqualTo(JobStatus.COMPLETE);
            List<JobUpdate> seen = new ArrayList<>();
            updates.forEach(seen::add);
            assertThat(seen.get(0).status()).isEqualTo(JobStatus.PROCESSING);
            assertThat(seen.get(seen.size() - 1).status()).isEqualTo(JobStatus.COMPLETE);
            assertThat(seen.get(seen.size() - 1).progress()).hasValue(1);
            assertThat(seen).extracting(update -> update.progress().orElse(0)).isSorted();
            assertThat(seen).extracting(update -> update.position().offset()).isSorted();
        }
    }

    @Test
    default void workThatThrowsIsAFailedJob() {
        assertThatThrownBy(() -> jobs().run("import-42", 0, progress -> {
                    throw new IllegalStateException("no such file");
                }))
                .hasMessage("no such file");
        JobUpdate last = jobs().state("import-42").orElseThrow();
        assertThat(last.status()).isEqualTo(JobStatus.FAILED);
        assertThat(last.error()).hasValueSatisfying(error -> assertThat(error).contains("no such file"));
    }

    @Test
    default void anUpdateIsMergedIntoTheState() {
        JobReceipt first = jobs().update("import-42", JobChange.progress(0.5).message("half"));
        assertThat(first.duplicate()).isFalse();
        assertThat(first.durability()).isEqualTo(Durability.MEMORY);
        assertThat(first.update().status()).isEqualTo(JobStatus.PROCESSING);
        JobReceipt second = jobs().complete("import-42", "{\"rows\": 12, \"digits\":1.50}");
        assertThat(second.update().message()).contains("half");
        assertThat(second.update().results()).contains("{\"rows\":12,\"digits\":1.50}");
        assertThat(jobs().state("import-42")).contains(second.update());
        assertThat(jobs().state("unknown")).isEmpty();
    }

    @Test
    default void changesOfAJobKeepTheirOrder() {
        List<CompletableFuture<JobReceipt>> receipts = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            JobChange change = JobChange.status(JobStatus.PROCESSING).message("row " + i);
            receipts.add(jobs().updateAsync("import-42", change).toCompletableFuture());
        }
        for (int i = 1; i <= 50; i++) {
            assertThat(receipts.get(i - 1).join().update().message()).contains("row " + i);
        }
    }

    @Test
    default void theSameEndAgainChangesNothing() {
        JobReceipt end = jobs().cancel("import-42");
        JobReceipt again = jobs().cancel("import-42");
        assertThat(end.duplicate()).isFalse();
        assertThat(again.duplicate()).isTrue();
        assertThat(again.update()).isEqualTo(end.update());
    }

    @Test
    default void aRepeatedKeyChangesAJobOnce() {
        JobChange change = JobChange.progress(0.5).idempotencyKey("once");
        JobReceipt first = jobs().update("import-42", change);
        JobReceipt second = jobs().update("import-42", change);
        assertThat(second.duplicate()).isTrue();
        assertThat(second.update().position()).isEqualTo(first.update().position());
    }

    @Test
    default void sendTellsWhetherAnybodyIsThere() {
        assertThat(jobs().send("import-42", JobChange.progress(0.1))).isFalse();
        assertThat(jobs().state("import-42")).isEmpty();
        jobs().update("import-42", JobChange.none());
        assertThat(jobs().send("import-42", JobChange.progress(0.1))).isTrue();
        jobs().fail("import-42", "broken");
        assertThat(jobs().send("import-42", JobChange.progress(0.2))).isFalse();
    }

    @Test
    default void whoComesAfterTheEndGetsTheEnd() {
        jobs().complete("import-42");
        try (Subscription<JobUpdate> updates = jobs().subscribe("import-42")) {
            List<JobUpdate> seen = new ArrayList<>();
            updates.forEach(seen::add);
            assertThat(seen).hasSize(1);
            assertThat(seen.get(0).status()).isEqualTo(JobStatus.COMPLETE);
            assertThat(seen.get(0).snapshot()).isTrue();
        }
        JobUpdate last = jobs().state("import-42").orElseThrow();
        Selection after = Selection.of(TopicPattern.ofJobs("import-42"), StartAt.after(last.position()));
        try (RecordingSubscriber reader = RecordingSubscriber.of(app(), after)) {
            assertThat(reader.end())
                    .isEqualTo(new Delivery.Ended("$jobs/import-42", CloseReason.COMPLETE, last.position()));
        }
    }

    @Test
    default void aRetryIsTheNextAttempt() {
        JobUpdate first = jobs().fail("import-42", "broken").update();
        JobReceipt retried = jobs().retry("import-42");
        assertThat(retried.update().attempt()).isEqualTo(2);
        assertThat(retried.update().status()).isEqualTo(JobStatus.PROCESSING);
        assertThat(retried.update().position().epoch())
                .isNotEqualTo(first.position().epoch());
        try (Subscription<JobUpdate> updates = jobs().subscribe("import-42")) {
            assertThat(updates.next(DEADLINE).map(JobUpdate::attempt)).contains(2);
            jobs().complete("import-42");
            assertThat(updates.next(DEADLINE).map(JobUpdate::status)).contains(JobStatus.COMPLETE);
        }
    }

    @Test
    default void allJobsAreWatchedAtOnce() {
        jobs().update("a", JobChange.progress(0.1));
        jobs().complete("over");
        try (Subscription<JobUpdate> updates = jobs().subscribeAll()) {
            assertThat(updates.next(DEADLINE).map(JobUpdate::jobId)).contains("a");
            jobs().update("b/c", JobChange.progress(0.2));
            assertThat(updates.next(DEADLINE).map(JobUpdate::jobId)).contains("b/c");
            jobs().complete("a");
            assertThat(updates.next(DEADLINE).map(JobUpdate::status)).contains(JobStatus.COMPLETE);
        }
    }

    @Test
    default void jobsAreListedPageByPageAndByStatus() {
        for (String id : List.of("a", "b/ü", "c", "d")) {
            jobs().update(id, JobChange.none());
        }
        jobs().complete("c");
        JobPage first = jobs().list(null, null, 3);
        JobPage second = jobs().list(null, first.next().orElseThrow(), 3);
        Set<String> all = new TreeSet<>();
        first.jobs().forEach(job -> all.add(job.jobId()));
        second.jobs().forEach(job -> all.add(job.jobId()));
        assertThat(all).containsExactly("a", "b/ü", "c", "d");
        assertThat(jobs().list(JobStatus.COMPLETE, null, 10).jobs())
                .extracting(JobUpdate::jobId)
                .containsExactly("c");
    }

    @Test
    default void aDroppedJobIsForgotten() {
        jobs().update("import-42", JobChange.progress(0.1));
        Selection job = Selection.of(TopicPattern.ofJobs("import-42"), StartAt.snapshot());
        try (RecordingSubscriber reader = RecordingSubscriber.of(app(), job)) {
            Received update = reader.event();
            assertThat(update.isSnapshot()).isTrue();
            assertThat(jobs().drop("import-42")).isTrue();
            assertThat(reader.end().reason()).isEqualTo(CloseReason.DROPPED);
        }
        assertThat(jobs().state("import-42")).isEmpty();
        assertThat(jobs().drop("import-42")).isFalse();
    }
}
