package dev.fanfare;

import dev.fanfare.spi.Quote;

/// The topic is closed: its last event has been published, and nothing was added.
public final class TopicClosedException extends BroadcastException {
    private static final long serialVersionUID = 1;

    private final transient CloseReason reason;
    private final transient Position position;

    public TopicClosedException(String topic, CloseReason reason, Position position) {
        super(
                "topic_closed",
                "topic " + Quote.of(topic) + " was closed at " + position + " with reason " + Quote.of(reason.text())
                        + "; drop it, or publish expecting that position, to begin a new life");
        this.reason = reason;
        this.position = position;
    }

    public CloseReason reason() {
        return reason;
    }

    /// Returns where the last event stands.
    public Position position() {
        return position;
    }
}
