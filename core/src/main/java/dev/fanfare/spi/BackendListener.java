package dev.fanfare.spi;

import java.util.List;

/// Takes a backend's news; implemented by the core.
///
/// Returns quickly and never throws. May be called by any thread, for one topic by one at a time and in commit order.
/// News may repeat or be left out: the core checks the chain of events and reads what is missing.
public interface BackendListener {
    /// The topic stands at `atLeast` or beyond; every read that starts now sees that.
    ///
    /// @param events those that led there, in order; empty when the backend only gives a hint
    void advanced(TopicName topic, Head atLeast, List<StoredEvent> events);

    /// A topic has begun a life, in an app that is watched.
    void appeared(TopicName topic);

    /// From now on commits may go unannounced.
    void interrupted(Scope scope, String reason);

    /// Live again: the core catches up. Always follows an interruption.
    void resumed(Scope scope);
}
