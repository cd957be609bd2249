package dev.fanfare.hub;

import dev.fanfare.jobs.JobUpdate;

/// Shows jobs to whoever called the command: as bars that move, as lines, or as JSON.
///
/// Threads: confined to the one that reads the updates.
interface JobView {
    static JobView of(Call call) {
        if (call.isJson()) {
            return update -> call.out().println(update.json().utf8());
        }
        return call.shell().interactive() ? new LiveJobs(call.shell()) : new PlainJobs(call.out());
    }

    void show(JobUpdate update);

    /// Draws what has not been drawn yet, if it is time.
    default void tick() {}

    /// Draws what has not been drawn yet.
    default void flush() {}

    /// Says something about all jobs.
    default void note(String line) {}
}
