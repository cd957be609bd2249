package dev.fanfare;

import java.util.Optional;

/// A topic as its store sees it now.
///
/// @param position its last event
/// @param closed why it is closed; empty while it is open
/// @param snapshot what late comers get first
/// @param oldest the oldest event that can still be read
public record TopicState(
        String topic,
        Position position,
        Optional<CloseReason> closed,
        Optional<Received> snapshot,
        Optional<Position> oldest) {}
