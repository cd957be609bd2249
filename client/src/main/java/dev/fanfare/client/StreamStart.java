package dev.fanfare.client;

import dev.fanfare.Position;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPattern;
import dev.fanfare.VectorPosition;
import dev.fanfare.spi.TopicName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/// What one stream reads, and where all of it starts.
///
/// @param patterns topics, jobs, or patterns over them
/// @param from a word of the protocol, as `earliest`; empty when `after` says it
/// @param after a position of one topic or of several; empty when `from` says it
record StreamStart(List<TopicPattern> patterns, String from, String after) {
    /// What no hub can read as a position: it answers with a gap, which is what such a start means.
    private static final String UNREADABLE = "unreadable";

    /// Returns the streams that a selection takes: one, unless it starts here and there in different ways.
    static List<StreamStart> of(Selection selection) {
        Map<StreamStart, List<TopicPattern>> streams = new LinkedHashMap<>();
        Map<String, Position> stands = new LinkedHashMap<>();
        List<TopicPattern> standing = new ArrayList<>();
        for (Selection.Item item : selection.items()) {
            if (item.startAt() instanceof StartAt.After after && !item.pattern().isPattern()) {
                stands.put(item.pattern().name(), after.position());
                standing.add(item.pattern());
            } else {
                streams.computeIfAbsent(start(item.startAt()), start -> new ArrayList<>())
                        .add(item.pattern());
            }
        }
        List<StreamStart> starts = new ArrayList<>();
        streams.forEach((start, patterns) -> starts.add(start.over(patterns)));
        if (!standing.isEmpty()) {
            starts.add(new StreamStart(standing, "", together(stands)));
        }
        return starts;
    }

    private static StreamStart start(StartAt startAt) {
        if (startAt instanceof StartAt.After after) {
            return new StreamStart(List.of(), "", after.position().toString());
        }
        if (startAt instanceof StartAt.AfterAll all) {
            return new StreamStart(List.of(), "", all.positions().toString());
        }
        if (startAt instanceof StartAt.Unreadable) {
            return new StreamStart(List.of(), "", UNREADABLE);
        }
        String word = startAt instanceof StartAt.Live
                ? "live"
                : startAt instanceof StartAt.Earliest ? "earliest" : "snapshot";
        return new StreamStart(List.of(), word, "");
    }

    /// Several topics, each after its own position, are one vector.
    private static String together(Map<String, Position> positions) {
        return positions.size() == 1
                ? positions.values().iterator().next().toString()
                : VectorPosition.of(Instant.EPOCH, true, positions).toString();
    }

    private StreamStart over(List<TopicPattern> more) {
        return new StreamStart(List.copyOf(more), from, after);
    }

    /// Tells whether this is exactly one topic or job: then each delivery has its own place to resume after.
    boolean isSingle() {
        return patterns.size() == 1 && !patterns.get(0).isPattern();
    }

    /// Returns the names of the topics that are named, without patterns.
    List<String> named() {
        return patterns.stream()
                .filter(pattern -> !pattern.isPattern())
                .map(TopicPattern::name)
                .toList();
    }

    boolean hasPatterns() {
        return patterns.stream().anyMatch(TopicPattern::isPattern);
    }

    /// Returns the query that names all of it.
    String query() {
        StringJoiner query = new StringJoiner("&");
        for (TopicPattern pattern : patterns) {
            String name = pattern.name();
            query.add(pattern.isOverJobs() ? "job=" + Uris.value(TopicName.jobId(name)) : "topic=" + Uris.value(name));
        }
        return query.toString();
    }

    /// Returns all names, as a message shows them.
    String names() {
        return String.join(", ", patterns.stream().map(TopicPattern::name).toList());
    }
}
