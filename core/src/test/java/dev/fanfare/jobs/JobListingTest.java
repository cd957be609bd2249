package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.InvalidValueException;
import dev.fanfare.memory.MemoryBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Jobs are listed by id, in pages and by status.
class JobListingTest {
    private final Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create());
    private final App app = broadcaster.app("shop");
    private final Jobs jobs = app.jobs();

    @AfterEach
    void close() {
        broadcaster.close();
    }

    @Test
    void allJobsAreListedByIdInPages() {
        List<String> ids =
                IntStream.range(0, 700).mapToObj("import-%03d"::formatted).toList();
        ids.forEach(id -> jobs.update(id, JobChange.none()));
        app.topic("orders/1").publish("1");
        broadcaster.app("other").jobs().update("foreign", JobChange.none());

        List<String> listed = new ArrayList<>();
        String after = null;
        do {
            JobPage page = jobs.list(null, after, 300);
            assertThat(page.jobs()).hasSizeLessThanOrEqualTo(300);
            page.jobs().forEach(job -> listed.add(job.jobId()));
            after = page.next().orElse(null);
        } while (after != null);

        assertThat(listed).isEqualTo(ids);
    }

    @ParameterizedTest
    @EnumSource(JobStatus.class)
    void jobsAreListedByStatus(JobStatus status) {
        for (int i = 0; i < 40; i++) {
            JobStatus each = List.of(JobStatus.values()).get(i % 5);
            jobs.update("import-%02d".formatted(i), JobChange.status(each));
        }

        JobPage first = jobs.list(status, null, 5);
        JobPage rest = jobs.list(status, first.next().orElseThrow(), 100);

        assertThat(first.jobs()).hasSize(5).allMatch(job -> job.status() == status);
        assertThat(rest.jobs()).hasSize(3).allMatch(job -> job.status() == status);
        assertThat(rest.next()).isEmpty();
        assertThat(first.jobs()).doesNotContainAnyElementsOf(rest.jobs());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1001})
    void aListIsAskedForWithALimitThatMakesSense(int limit) {
        assertThatThrownBy(() -> jobs.list(null, null, limit))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("1 to 1000");
    }
}
