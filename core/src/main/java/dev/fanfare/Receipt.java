package dev.fanfare;

import java.time.Instant;

/// What a publisher gets for an event that the backend has accepted.
///
/// @param position where the event stands in its topic
/// @param durability what the acknowledgement means
/// @param publishedAt the store's time of the event
/// @param duplicate whether an earlier publish with the same idempotency key had stored the event already
public record Receipt(Position position, Durability durability, Instant publishedAt, boolean duplicate) {}
