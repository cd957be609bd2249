package dev.fanfare;

import java.util.List;

/// The one way to read: a place in the log of one topic or of several, that its owner moves on by polling.
///
/// A cursor that is not polled costs a position, never a queue. When a poll has come back empty, the `wake` given at
/// opening runs once as soon as there is news; then poll again.
///
/// Threads: one thread at a time may use a cursor. The wake runs on any thread, perhaps inside a poll of this one: it
/// must not block, not throw, and not call back into the cursor.
public interface Cursor extends AutoCloseable {
    /// Returns the deliveries that are ready, in the order of their topics' logs; empty when there are none now.
    ///
    /// An event marked conflatable is left out when the topic has a later such event already; the next one
    /// delivered says how many were.
    ///
    /// @param maxBytes stops once the messages together reach this; 1 gives one delivery at a time
    List<Delivery> poll(int maxBytes);

    /// Returns the place after the last delivery polled, for [StartAt#after(String)].
    String position();

    /// Tells whether everything that this cursor reads is over and delivered.
    boolean isEnded();

    /// Opens a second cursor at the same place.
    Cursor fork(Runnable wake);

    /// Tells whether the other cursor reads the same and stands at the same place, so that both deliver the same from
    /// here.
    boolean isLevelWith(Cursor other);

    /// Lets go of everything. May be called by any thread, more than once; afterwards polls come back empty.
    @Override
    void close();
}
