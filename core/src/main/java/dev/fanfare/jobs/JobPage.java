package dev.fanfare.jobs;

import java.util.List;
import java.util.Optional;

/// Some of an app's jobs, ordered by id.
///
/// @param jobs perhaps fewer than asked for, even none, although there are more
/// @param next what to list after for the next page; empty when this was the last
public record JobPage(List<JobUpdate> jobs, Optional<String> next) {
    public JobPage {
        jobs = List.copyOf(jobs);
    }
}
