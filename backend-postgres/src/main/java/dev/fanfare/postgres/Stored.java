package dev.fanfare.postgres;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.util.List;

/// What a commit has done to a life of a topic.
///
/// @param head the topic as the last of them left it
/// @param events those to be delivered; a drop is not
record Stored(TopicName topic, Head head, List<StoredEvent> events) {
    /// Returns the first offset that was not there before.
    long since() {
        return events.isEmpty() ? head.offset() : events.get(0).offset();
    }
}
