package dev.fanfare.spi;

import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where a topic stands, at one moment of its store.
///
/// @param epoch the topic's life: random, above 0, made with its first event
/// @param offset the offset of the last event; that of the drop itself when `state` is DROPPED
/// @param uid the random id of that event
/// @param reason why the life is over; null while `state` is OPEN
/// @param oldest the first offset that can still be read; `offset + 1` when there is none
/// @param snapshotOffset the offset of the event that is the snapshot; 0 when there is none
/// @param created when the life began, by the store's clock
/// @param changed when the last event was stored, by the store's clock
public record Head(
        long epoch,
        long offset,
        long uid,
        State state,
        @Nullable CloseReason reason,
        long oldest,
        long snapshotOffset,
        Instant created,
        Instant changed) {
    /// What a topic's life has come to.
    public enum State {
        OPEN,
        /// Over by its last event: that event and the snapshot stay readable.
        CLOSED,
        /// Over and gone: only this head is left, until a new life begins.
        DROPPED
    }

    public Position position() {
        return new Position(epoch, offset, (int) uid);
    }
}
