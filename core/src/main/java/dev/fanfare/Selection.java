package dev.fanfare;

import java.util.ArrayList;
import java.util.List;

/// What a cursor reads: topics, patterns and jobs, each with where it starts.
///
/// @param items at least one, no pattern twice
public record Selection(List<Item> items) {
    /// One topic or pattern, and where it starts.
    ///
    /// @param pattern a topic, a job, or a pattern over them
    public record Item(TopicPattern pattern, StartAt startAt) {}

    public Selection {
        items = List.copyOf(items);
        if (items.isEmpty()) {
            throw new InvalidValueException("bad_parameter", "name at least one topic or job to subscribe to");
        }
    }

    public static Selection of(TopicPattern pattern, StartAt startAt) {
        return new Selection(List.of(new Item(pattern, startAt)));
    }

    /// Returns this selection and one more item; what it holds already stays as it is.
    public Selection and(TopicPattern pattern, StartAt startAt) {
        if (items.stream().anyMatch(item -> item.pattern().equals(pattern))) {
            return this;
        }
        List<Item> more = new ArrayList<>(items);
        more.add(new Item(pattern, startAt));
        return new Selection(more);
    }

    /// Tells whether this is exactly one topic or job.
    public boolean isSingle() {
        return items.size() == 1 && !items.get(0).pattern().isPattern();
    }
}
