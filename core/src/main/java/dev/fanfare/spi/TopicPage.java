package dev.fanfare.spi;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of an app's topics, ordered by name.
///
/// @param next the name to list after, for the next page; null when this was the last
/// @param asOf the store's time of the listing
public record TopicPage(List<Entry> topics, @Nullable String next, Instant asOf) {
    /// A topic that is open or closed; dropped ones are not listed.
    public record Entry(String name, Head head) {}
}
