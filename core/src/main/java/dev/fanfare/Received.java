package dev.fanfare;

import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.wire.DeliveryJson;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An event as it reaches a reader.
///
/// Threads: immutable but for the JSON form, which is made at the first call by whoever needs it and then shared.
public final class Received implements Delivery {
    private static final int NOTHING_MISSED = -1;
    /// Marks a loss whose size is not known.
    private static final int UNKNOWN = -2;

    private final String topic;
    private final StoredEvent event;
    private final boolean snapshot;
    private final int conflated;
    private final long missed;
    private @Nullable Bytes json;

    private Received(String topic, StoredEvent event, boolean snapshot, int conflated, long missed) {
        this.topic = topic;
        this.event = event;
        this.snapshot = snapshot;
        this.conflated = conflated;
        this.missed = missed;
    }

    public static Received of(String topic, StoredEvent event) {
        return new Received(topic, event, false, 0, NOTHING_MISSED);
    }

    /// Returns the same event, marked as standing for all that led to it.
    public Received asSnapshot() {
        return new Received(topic, event, true, conflated, missed);
    }

    /// Returns the same event, saying that `count` conflatable ones before it were left out.
    public Received afterConflating(int count) {
        return count == 0 ? this : new Received(topic, event, snapshot, count, missed);
    }

    /// Returns the same event, saying that it is the first after a gap; empty for a gap of unknown size.
    public Received afterMissing(OptionalLong count) {
        return new Received(topic, event, snapshot, conflated, count.orElse(UNKNOWN));
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public Position position() {
        return event.position();
    }

    /// Returns the name that the publisher gave the event.
    public Optional<String> eventName() {
        return Optional.ofNullable(event.name());
    }

    /// Returns the message: JSON, minified.
    public String message() {
        return event.message().utf8();
    }

    /// Returns the event as the store keeps it.
    public StoredEvent stored() {
        return event;
    }

    /// Returns when the event was stored, by the store's clock.
    public Instant publishedAt() {
        return event.at();
    }

    /// Tells whether the event came as the topic's snapshot.
    public boolean isSnapshot() {
        return snapshot;
    }

    /// Returns how many conflatable events before it this reader was spared.
    public int conflated() {
        return conflated;
    }

    /// Tells whether this is the first event after a gap.
    public boolean isAfterGap() {
        return missed != NOTHING_MISSED;
    }

    /// Returns how many events before it were lost to this reader; empty when that cannot be known.
    public OptionalLong missed() {
        return missed == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(Math.max(missed, 0));
    }

    @Override
    public Bytes json() {
        Bytes known = json; // a race makes it twice, with the same result
        if (known == null) {
            known = DeliveryJson.encode(this);
            json = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return "Received[" + topic + " " + position() + (snapshot ? " snapshot" : "") + "]";
    }
}
