package dev.fanfare;

import dev.fanfare.spi.Quote;

/// The topic does not stand where the publisher expected: nothing was added.
public final class ConflictException extends BroadcastException {
    private static final long serialVersionUID = 1;

    private final transient Position actual;

    public ConflictException(String topic, Position expected, Position actual) {
        super(
                "conflict",
                "topic " + Quote.of(topic) + " stands at " + actual + ", not at " + expected
                        + " as expected; read it again before publishing");
        this.actual = actual;
    }

    /// Returns where the topic stands; [Position#NONE] if it has no life.
    public Position actual() {
        return actual;
    }
}
