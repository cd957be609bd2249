package dev.fanfare.history;

import dev.fanfare.jobs.JobStatus;
import java.util.OptionalDouble;

/// What a job update said of its job.
public record JobMark(JobStatus status, OptionalDouble progress) {}
