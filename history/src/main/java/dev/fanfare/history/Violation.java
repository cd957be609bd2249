package dev.fanfare.history;

import dev.fanfare.spi.Quote;
import dev.fanfare.spi.TopicName;
import java.util.List;

/// An invariant that did not hold, and what shows it.
///
/// @param who the reader or publisher that it happened to
/// @param evidence the entries that cannot all be as they should
public record Violation(Invariant invariant, TopicName topic, String who, String what, List<Entry> evidence) {
    public Violation {
        evidence = List.copyOf(evidence);
    }

    /// Returns a line that says what is wrong, and one for each piece of evidence.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder()
                .append(invariant)
                .append(" ")
                .append(topic.app())
                .append(" ")
                .append(Quote.of(topic.name()))
                .append(", ")
                .append(who)
                .append(": ")
                .append(what);
        evidence.forEach(
                entry -> text.append("\n      ").append(EntryJson.write(entry).utf8()));
        return text.toString();
    }
}
