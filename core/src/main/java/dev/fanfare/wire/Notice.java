package dev.fanfare.wire;

import dev.fanfare.Delivery;

/// Anything that a hub says on a stream.
public sealed interface Notice {
    /// A delivery of a topic or a job.
    record Delivered(Delivery delivery) implements Notice {}

    /// The stream is active.
    ///
    /// @param position the place to resume after
    record Subscribed(String position) implements Notice {}

    /// The hub's store is away; the stream stays open.
    record Degraded(String code) implements Notice {}

    /// The store is back.
    record Recovered() implements Notice {}

    /// The stream will be closed; the reader may come back later.
    record Refused(String code, String detail, long retryAfterMillis) implements Notice {}

    /// Something that a later protocol says, to be passed over.
    record Unknown(String type) implements Notice {}
}
