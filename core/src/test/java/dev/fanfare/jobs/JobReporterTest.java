package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.memory.MemoryBackend;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class JobReporterTest {
    private final StillClock clock = new StillClock();

    @Test
    void aValueThatChangesWhileItIsReadLeavesWithTheNextLook() {
        try (Broadcaster broadcaster =
                Broadcaster.builder(MemoryBackend.create()).clock(clock).start()) {
            Jobs jobs = broadcaster.app("shop").jobs();
            JobUpdate begun = jobs.update("import-42", JobChange.none()).update();
            Worker worker = new Worker();
            JobReporter reporter = new JobReporter(jobs, clock, begun, worker::read);
            worker.stir = reporter::stir;

            reporter.stir();
            clock.advance(JobReporter.PACE);
            clock.advance(JobReporter.PACE);

            assertThat(jobs.state("import-42").orElseThrow().message()).contains("second");
        }
    }

    /// Changes its value just after it has been read for the first time, at the worst of moments.
    private static final class Worker {
        private final AtomicReference<String> value = new AtomicReference<>("first");
        private Runnable stir = () -> {};

        JobChange read() {
            String read = value.getAndSet("second");
            if (read.equals("first")) {
                stir.run();
            }
            return JobChange.none().message(read);
        }
    }
}
