package dev.fanfare.hub;

import dev.fanfare.jobs.JobUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Jobs as bars that move in the terminal, in the order in which they appeared.
///
/// Threads: confined to the one that reads the updates.
final class LiveJobs implements JobView {
    private static final long FRAME_NANOS = Duration.ofMillis(80).toNanos();
    private static final long MEASURE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int LONGEST_LABEL = 28;

    private final Map<String, JobUpdate> jobs = new LinkedHashMap<>();
    private final Shell shell;
    private final Screen screen;
    private Terminal.Size size = Terminal.size();
    private long measured = System.nanoTime();
    private long drawn = measured - FRAME_NANOS;
    private boolean changed;

    LiveJobs(Shell shell) {
        this.shell = shell;
        this.screen = new Screen(shell.out());
    }

    @Override
    public void show(JobUpdate update) {
        jobs.put(update.jobId(), update);
        changed = true;
    }

    @Override
    public void tick() {
        if (changed && System.nanoTime() - drawn >= FRAME_NANOS) {
            flush();
        }
    }

    @Override
    public void flush() {
        screen.draw(lines());
        drawn = System.nanoTime();
        changed = false;
    }

    @Override
    public void note(String line) {
        screen.note(Columns.clip(line, size.columns()), lines());
    }

    private List<String> lines() {
        if (System.nanoTime() - measured >= MEASURE_NANOS) {
            size = Terminal.size();
            measured = System.nanoTime();
        }
        int longest = jobs.keySet().stream().mapToInt(Columns::of).max().orElse(0);
        int label = Math.min(longest, Math.min(LONGEST_LABEL, size.columns() / 3));
        JobLine line = new JobLine(Style.of(shell), size.columns(), label);
        List<String> lines =
                new ArrayList<>(jobs.values().stream().map(line::of).toList());
        int room = Math.max(2, size.rows() - 2);
        if (lines.size() > room) {
            int left = lines.size() - room + 1;
            lines.subList(room - 1, lines.size()).clear();
            lines.add("… and " + left + " more");
        }
        return lines;
    }
}
