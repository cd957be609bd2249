package dev.fanfare.hub;

import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import java.util.Locale;
import java.util.OptionalDouble;

/// Draws a job as one line of a terminal that is `width` columns wide.
///
/// @param label how many columns the job's id gets
record JobLine(Style style, int width, int label) {
    private static final int TINY = 24;
    private static final int NARROW = 50;
    private static final int SHORTEST_BAR = 10;
    private static final int LONGEST_BAR = 30;
    private static final String PARTS = " ▏▎▍▌▋▊▉";

    String of(JobUpdate job) {
        if (width < TINY) {
            return Columns.clip(PlainJobs.line(job), width);
        }
        String id = Columns.fit(Printable.of(job.jobId()), label);
        int room = Math.max(0, width - label - 2);
        return id + "  " + (job.status() == JobStatus.PROCESSING ? running(job, room) : resting(job, room));
    }

    private String running(JobUpdate job, int room) {
        String percent = percent(job.progress());
        int bar = width < NARROW ? 0 : Math.min(LONGEST_BAR, Math.max(SHORTEST_BAR, width / 4));
        String drawn = bar == 0 ? "" : style.cyan(bar(job.progress(), bar)) + " ";
        int left = room - percent.length() - 2 - (bar == 0 ? 0 : bar + 1);
        return drawn + percent + "  " + Columns.clip(line(job.message().orElse("")), left);
    }

    private String resting(JobUpdate job, int room) {
        String word = word(job.status());
        String said = job.status() == JobStatus.FAILED
                ? job.error().orElse("")
                : job.message().orElse("");
        String text = Columns.clip(word + (said.isEmpty() ? "" : "  " + line(said)), room);
        return switch (job.status()) {
            case COMPLETE -> style.green(text);
            case FAILED -> style.red(text);
            case CANCELLED -> style.yellow(text);
            case PENDING, PROCESSING -> style.dim(text);
        };
    }

    static String word(JobStatus status) {
        return switch (status) {
            case COMPLETE -> "✔ complete";
            case FAILED -> "✘ failed";
            case CANCELLED -> "– cancelled";
            case PENDING -> "· waiting";
            case PROCESSING -> "› running";
        };
    }

    static String percent(OptionalDouble progress) {
        return progress.isPresent()
                ? String.format(Locale.ROOT, "%3d %%", (int) (progress.getAsDouble() * 100))
                : "  ? %";
    }

    /// Draws to an eighth of a column, so that a slow job is seen to move.
    private static String bar(OptionalDouble progress, int columns) {
        int eighths = (int) (progress.orElse(0) * columns * 8);
        String full = "█".repeat(eighths / 8);
        String part = eighths % 8 == 0 ? "" : PARTS.substring(eighths % 8, eighths % 8 + 1);
        return full + part + "░".repeat(columns - full.length() - part.length());
    }

    private static String line(String text) {
        return Printable.of(text);
    }
}
