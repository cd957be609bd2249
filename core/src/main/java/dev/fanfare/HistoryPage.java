package dev.fanfare;

import java.util.List;
import java.util.Optional;

/// A part of a topic's history, oldest first.
///
/// @param next where the next page begins; the head when this was the last
/// @param head the topic's last event; [Position#NONE] when it has no life
/// @param gap what was lost before the first of `events`
public record HistoryPage(List<Received> events, Position next, Position head, Optional<Delivery.Gap> gap) {}
