package dev.fanfare.spi;

import dev.fanfare.Position;

/// A request for what a topic holds after a position.
///
/// @param after events with a higher offset are wanted if the topic is in that life, else all that can be read
/// @param maxBytes bound of the events' messages together; the first event comes whatever its size; 0 asks for the
///     head alone
/// @param snapshot whether the snapshot is wanted too
public record Read(TopicName topic, Position after, int maxBytes, boolean snapshot) {
    public Read {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("maxBytes must not be negative: " + maxBytes);
        }
    }
}
