package dev.fanfare.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A topic as one atomic read saw it.
///
/// @param head null when the topic has no life and no tombstone
/// @param events those asked for that can be read, ascending, without holes
/// @param more whether the bound in bytes has cut `events` short of the head
/// @param snapshot the event that is the snapshot, when there is one and it was asked for
public record TopicView(
        @Nullable Head head,
        List<StoredEvent> events,
        boolean more,
        @Nullable StoredEvent snapshot) {
    public static final TopicView ABSENT = new TopicView(null, List.of(), false, null);
}
