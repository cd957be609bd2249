package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.Subscription;
import dev.fanfare.memory.MemoryBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The examples of the API documentation; each region stands there as it runs here.
class JobSnippetsTest {
    @Test
    void aWorkerAndAWatcher() {
        List<String> rows = List.of("a", "b");
        List<String> loaded = new ArrayList<>();
        List<JobStatus> seen = new ArrayList<>();
        try (Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create())) {
            App shop = broadcaster.app("shop");
            // @start region="worker"
            shop.jobs().run("import-42", rows.size(), progress -> {
                for (String row : rows) {
                    loaded.add(row);
                    progress.step(row);
                }
            });
            // @end
            // @start region="watcher"
            try (Subscription<JobUpdate> updates = shop.jobs().subscribe("import-42")) {
                for (JobUpdate update : updates) { // the terminal update is the last
                    seen.add(update.status());
                }
            }
            // @end
        }
        assertThat(loaded).isEqualTo(rows);
        assertThat(seen).containsExactly(JobStatus.COMPLETE);
    }
}
