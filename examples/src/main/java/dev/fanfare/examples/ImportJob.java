package dev.fanfare.examples;

import dev.fanfare.Broadcaster;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.jobs.Jobs;
import dev.fanfare.memory.MemoryBackend;
import java.util.List;

/// A job that somebody watches: one attempt fails, the next is complete.
public final class ImportJob {
    private static final List<String> ROWS = List.of("apples 3", "pears 5", "plums ?");

    private ImportJob() {}

    public static void main(String[] args) {
        try (Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create())) {
            Jobs jobs = broadcaster.app("shop").jobs();
            try {
                jobs.run(
                        "import-42",
                        ROWS.size(),
                        progress -> ROWS.forEach(row -> {
                            int pieces = load(row);
                            progress.step(row + " = " + pieces);
                        }));
            } catch (NumberFormatException badRow) {
                System.out.println(outcome(jobs)); // the watcher's loop ends with the failure
            }
            jobs.retry("import-42");
            jobs.run("import-42", ROWS.size(), progress -> ROWS.forEach(progress::step));
            System.out.println(outcome(jobs));
        }
    }

    private static int load(String row) {
        return Integer.parseInt(row.substring(row.indexOf(' ') + 1));
    }

    /// Watches the job until it ends, and says how.
    private static String outcome(Jobs jobs) {
        String outcome = "dropped";
        for (JobUpdate update : jobs.subscribe("import-42")) {
            String why = update.error().map(error -> ", " + error).orElse("");
            outcome = "attempt " + update.attempt() + ": " + update.status() + why;
        }
        return outcome;
    }
}
