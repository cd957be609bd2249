package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Broadcaster;
import dev.fanfare.memory.MemoryBackend;
import java.io.EOFException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Work that is run as a job ends it, whichever way it ends itself.
class JobsRunTest {
    private final Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create());
    private final Jobs jobs = broadcaster.app("shop").jobs();

    @AfterEach
    void close() {
        broadcaster.close();
    }

    @Test
    void runCompletesWhenTheWorkReturns() {
        JobUpdate end = jobs.run("import-42", 4, progress -> progress.step("row 1"));

        assertThat(end).isEqualTo(job());
        assertThat(end.status()).isEqualTo(JobStatus.COMPLETE);
        assertThat(end.progress()).hasValue(1);
        assertThat(end.message()).contains("row 1");
    }

    @Test
    void runFailsWithTheExceptionOfTheWorkAndThrowsIt() {
        EOFException failure = new EOFException("unexpected end");

        assertThatThrownBy(() -> jobs.run("import-42", 4, progress -> {
                    progress.step("row 1");
                    throw failure;
                }))
                .isSameAs(failure);

        assertThat(job().status()).isEqualTo(JobStatus.FAILED);
        assertThat(job().error()).contains("EOFException: unexpected end");
        assertThat(job().progress()).hasValue(0.25);
        assertThat(failure.getSuppressed()).isEmpty();
    }

    @Test
    void workThatEndsItsJobItselfKeepsThatEnd() {
        JobUpdate end = jobs.run("import-42", 4, progress -> progress.complete("{\"rows\":4}"));

        assertThat(end.results()).contains("{\"rows\":4}");
        assertThat(job()).isEqualTo(end);
    }

    private JobUpdate job() {
        return jobs.state("import-42").orElseThrow();
    }
}
