package dev.fanfare.server;

import dev.fanfare.Delivery;
import java.util.List;

/// What an event loop has done, in plain numbers: the metrics add up those of all loops when they are asked for.
///
/// Threads: written by the event loop alone, read by any; a reader may see a number a moment late.
final class Counts {
    private final long[] delivered = new long[Format.values().length];
    private final long[] streams = new long[Format.values().length];
    private final long[] gaps = new long[Delivery.Cause.values().length];
    private long subscriptions;
    private long bytesSent;
    private long slowClosed;
    private long stalls;
    private long timeouts;

    /// Counts what is about to be delivered to a reader, or to a group of them.
    void batch(List<Delivery> deliveries) {
        for (Delivery delivery : deliveries) {
            if (delivery instanceof Delivery.Gap gap) {
                gaps[gap.cause().ordinal()]++;
            }
        }
    }

    void delivered(Format format, int events, int bytes) {
        delivered[format.ordinal()] += events;
        bytesSent += bytes;
    }

    void opened(Format format) {
        streams[format.ordinal()]++;
    }

    void closed(Format format) {
        streams[format.ordinal()]--;
    }

    void subscribed() {
        subscriptions++;
    }

    void unsubscribed() {
        subscriptions--;
    }

    void stalled() {
        stalls++;
    }

    void slowClosed() {
        slowClosed++;
    }

    void timedOut() {
        timeouts++;
    }

    long deliveredOver(Format format) {
        return delivered[format.ordinal()];
    }

    long streamsOver(Format format) {
        return streams[format.ordinal()];
    }

    long subscriptions() {
        return subscriptions;
    }

    long gapsOf(Delivery.Cause cause) {
        return gaps[cause.ordinal()];
    }

    long bytesSent() {
        return bytesSent;
    }

    long stalls() {
        return stalls;
    }

    long closedAsSlow() {
        return slowClosed;
    }

    long timeouts() {
        return timeouts;
    }
}
