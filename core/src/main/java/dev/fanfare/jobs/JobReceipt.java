package dev.fanfare.jobs;

import dev.fanfare.Durability;

/// What a publisher gets for a change that a job has taken.
///
/// @param update the job after it, as its watchers get it
/// @param durability what the acknowledgement means; [Durability#NONE] when there was nothing to store
/// @param duplicate whether the job had been told so before: nothing has changed
public record JobReceipt(JobUpdate update, Durability durability, boolean duplicate) {}
