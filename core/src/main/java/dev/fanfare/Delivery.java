package dev.fanfare;

import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.DeliveryJson;
import java.util.Locale;
import java.util.OptionalLong;

/// What a subscription hands to its reader, in topic order.
public sealed interface Delivery permits Received, Delivery.Gap, Delivery.Ended {
    /// Returns the name of the topic that this is about.
    String topic();

    /// Returns the position to resume after: whoever comes back with it gets what follows this delivery.
    Position position();

    /// Returns the JSON form of the protocol, the same on every wire.
    Bytes json();

    /// Events were lost to this reader. It stays subscribed and goes on with the event that follows `position`.
    ///
    /// @param missed how many; empty when that cannot be known
    /// @param from where the reader stood
    record Gap(String topic, Cause cause, OptionalLong missed, Position from, Position position) implements Delivery {
        @Override
        public Bytes json() {
            return DeliveryJson.encode(this);
        }
    }

    /// The topic's life is over: its last delivery.
    record Ended(String topic, CloseReason reason, Position position) implements Delivery {
        @Override
        public Bytes json() {
            return DeliveryJson.encode(this);
        }
    }

    /// Why events were lost.
    enum Cause {
        /// They are older than what history keeps.
        TRUNCATED,
        /// The position belongs to another life of the topic.
        EPOCH,
        /// The store lost its newest events and has gone on without them.
        REWOUND,
        /// The reader was connected, and so slow that history went past it.
        SLOW,
        /// The position could not be read, or the vector of positions does not hold the topic.
        UNKNOWN_POSITION;

        private final String wireName = name().toLowerCase(Locale.ROOT);

        /// Returns the name used on the wire.
        public String wireName() {
            return wireName;
        }
    }
}
