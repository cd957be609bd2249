package dev.fanfare.spi;

import dev.fanfare.Durability;
import dev.fanfare.Position;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What became of an append. All but [Accepted] have changed nothing.
public sealed interface AppendResult {
    /// Stored: durable as told, position final, visible to every read that starts now, and announced.
    record Accepted(Position position, Durability durability, Instant at) implements AppendResult {}

    /// An append with this idempotency key had been stored already, there.
    record Duplicate(Position position, Durability durability, Instant at) implements AppendResult {}

    /// The topic is closed.
    record Closed(Head head) implements AppendResult {}

    /// The head is not the expected one; null when the topic has no life.
    record Conflict(@Nullable Head head) implements AppendResult {}

    record TooLarge(int maxBytes) implements AppendResult {}

    /// The app has as many topics as it may have.
    record AppFull(long maxTopics) implements AppendResult {}

    /// The backend's queue is full; it may take the event a little later.
    record Overloaded() implements AppendResult {}

    record StorageFull(String detail) implements AppendResult {}

    /// The backend did not answer before the deadline.
    record Unavailable(String detail, boolean mayBeStored) implements AppendResult {}
}
