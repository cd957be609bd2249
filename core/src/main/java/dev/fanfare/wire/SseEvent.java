package dev.fanfare.wire;

import dev.fanfare.spi.Bytes;

/// One event of a `text/event-stream` as its reader sees it.
///
/// @param name what the stream called it; `message` when it had no name
/// @param data its lines, joined by line feeds
/// @param id the last id that the stream gave, with this event or before; empty for none
public record SseEvent(String name, Bytes data, String id) {
    /// The name of an event that has none.
    public static final String UNNAMED = "message";
}
