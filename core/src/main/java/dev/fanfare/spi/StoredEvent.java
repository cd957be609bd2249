package dev.fanfare.spi;

import dev.fanfare.Position;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event as a store keeps it: a link of its topic's chain.
///
/// @param prevOffset the offset of the event before it; 0 for the first of a life
/// @param uid the random id that the publisher gave it
/// @param prevUid the id of the event before it; 0 for the first of a life
/// @param at when it was stored, by the store's clock
/// @param name the event's name; null when the publisher gave none
/// @param conflatable whether a reader that is behind may be spared it when a later such event exists
public record StoredEvent(
        long epoch,
        long offset,
        long prevOffset,
        long uid,
        long prevUid,
        Instant at,
        @Nullable String name,
        boolean conflatable,
        Bytes message) {
    public Position position() {
        return new Position(epoch, offset, (int) uid);
    }

    /// Returns the position of the event before this one: standing there, a reader gets this event next.
    public Position previous() {
        return new Position(epoch, prevOffset, (int) prevUid);
    }

    /// Tells whether this event follows the one at `position` immediately.
    public boolean follows(Position position) {
        return epoch == position.epoch() && prevOffset == position.offset() && (int) prevUid == position.tag();
    }
}
