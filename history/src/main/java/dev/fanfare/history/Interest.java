package dev.fanfare.history;

import dev.fanfare.Position;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPattern;
import dev.fanfare.VectorPosition;
import dev.fanfare.spi.TopicName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// What a reader reads.
///
/// @param topics their names; those of jobs begin with `$jobs/`
/// @param patterns as [TopicPattern] has them; those over jobs begin with `$jobs/`
/// @param begin where a first subscription begins in what are no jobs: these begin at their snapshot
public record Interest(List<String> topics, List<String> patterns, StartAt begin) {
    public Interest {
        topics = List.copyOf(topics);
        patterns = List.copyOf(patterns);
        if (topics.isEmpty() && patterns.isEmpty()) {
            throw new IllegalArgumentException("a reader needs a topic or a pattern to read");
        }
    }

    /// As who comes before there is anything begins: live.
    public Interest(List<String> topics, List<String> patterns) {
        this(topics, patterns, StartAt.live());
    }

    public static Interest in(String... topics) {
        return new Interest(List.of(topics), List.of());
    }

    /// Tells whether a reader of this is to be given what is published to the topic.
    public boolean covers(String topic) {
        return topics.contains(topic)
                || patterns.stream().anyMatch(pattern -> pattern(pattern).matches(topic));
    }

    /// Returns this as a first subscription begins it.
    Selection fresh() {
        return select(name -> TopicName.isJob(name) ? StartAt.snapshot() : begin);
    }

    /// Returns this as it is resumed after a position of one topic or of several.
    Selection after(String position) {
        StartAt after = StartAt.after(position);
        return select(name -> after);
    }

    private Selection select(Function<String, StartAt> start) {
        List<Selection.Item> items = Stream.concat(topics.stream(), patterns.stream())
                .map(name -> new Selection.Item(pattern(name), start.apply(name)))
                .toList();
        return new Selection(items);
    }

    static TopicPattern pattern(String name) {
        return TopicName.isJob(name) ? TopicPattern.ofJobs(TopicName.jobId(name)) : TopicPattern.of(name);
    }

    /// Returns where a reader stands in its topics, by a position of one topic or of several.
    Map<String, Position> places(String position) {
        Map<String, Position> places = new HashMap<>();
        Optional<Position> single = Position.parse(position);
        Optional<VectorPosition> vector = VectorPosition.parse(position);
        for (String topic : topics) {
            single.or(() -> vector.flatMap(all -> all.of(topic))).ifPresent(place -> places.put(topic, place));
        }
        return places;
    }
}
