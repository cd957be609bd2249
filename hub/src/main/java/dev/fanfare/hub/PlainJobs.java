package dev.fanfare.hub;

import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/// Jobs as lines for a log: one for each change of status, and at each quarter of the way.
///
/// Threads: confined to the one that reads the updates.
final class PlainJobs implements JobView {
    private final PrintStream out;
    private final Map<String, String> said = new HashMap<>();

    PlainJobs(PrintStream out) {
        this.out = out;
    }

    @Override
    public void show(JobUpdate update) {
        String stage = update.attempt() + " " + update.status() + quarter(update);
        if (!stage.equals(said.put(update.jobId(), stage))) {
            out.println(line(update));
        }
    }

    private static String quarter(JobUpdate update) {
        boolean running =
                update.status() == JobStatus.PROCESSING && update.progress().isPresent();
        return running ? " " + (int) (update.progress().getAsDouble() * 4) : "";
    }

    static String line(JobUpdate update) {
        boolean running = update.status() == JobStatus.PROCESSING;
        String said = update.error()
                .or(update::message)
                .map(text -> "  " + Printable.of(text))
                .orElse("");
        String percent = running ? " " + JobLine.percent(update.progress()).strip() : "";
        return Printable.of(update.jobId()) + "  " + update.status().wireName() + percent + said;
    }

    @Override
    public void note(String line) {
        out.println(line);
    }
}
