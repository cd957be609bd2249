package dev.fanfare;

import dev.fanfare.spi.Names;

/// Why a topic's life is over: one short line, part of the wire.
///
/// @param text what the closer said, or one of the constants here
public record CloseReason(String text) {
    public static final CloseReason COMPLETE = new CloseReason("complete");
    public static final CloseReason FAILED = new CloseReason("failed");
    public static final CloseReason CANCELLED = new CloseReason("cancelled");
    /// The topic was dropped; its history and snapshot are gone.
    public static final CloseReason DROPPED = new CloseReason("dropped");

    public CloseReason {
        Names.requireLine("bad_parameter", "close reason", text);
    }

    @Override
    public String toString() {
        return text;
    }
}
