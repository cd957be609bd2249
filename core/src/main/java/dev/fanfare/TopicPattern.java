package dev.fanfare;

import dev.fanfare.spi.Names;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.TopicName;
import java.util.Arrays;
import java.util.List;

/// Names one topic, or many: a segment `*` stands for one segment, a last segment `**` for one or more.
///
/// A pattern over topics never matches a name that begins with `$`; one over jobs matches jobs alone.
///
/// Threads: immutable.
public final class TopicPattern {
    private static final String ONE = "*";
    private static final String REST = "**";

    private final String name;
    private final List<String> segments;

    private TopicPattern(String name, List<String> segments) {
        this.name = name;
        this.segments = segments;
    }

    /// Reads a topic's name or a pattern over such names.
    ///
    /// @throws InvalidValueException `bad_topic` if it is neither
    public static TopicPattern of(String pattern) {
        List<String> segments = split(pattern);
        Names.requireTopic(withoutStars(segments, "bad_topic", pattern));
        return new TopicPattern(pattern, segments);
    }

    /// Reads a job's id or a pattern over ids.
    ///
    /// @throws InvalidValueException `bad_job_id` if it is neither
    public static TopicPattern ofJobs(String pattern) {
        List<String> segments = split(pattern);
        Names.requireJobId(withoutStars(segments, "bad_job_id", pattern));
        String name = "$jobs/" + pattern;
        return new TopicPattern(name, split(name));
    }

    /// Returns the name of the one topic that this names, or the pattern; for jobs it begins with `$jobs/`.
    public String name() {
        return name;
    }

    /// Tells whether this can match more than one topic.
    public boolean isPattern() {
        return segments.contains(ONE) || segments.contains(REST);
    }

    public boolean isOverJobs() {
        return TopicName.isJob(name);
    }

    /// Returns the text that every matching name begins with.
    public String prefix() {
        int star = name.indexOf('*');
        return star < 0 ? name : name.substring(0, star);
    }

    public boolean matches(String topic) {
        if (topic.startsWith("$") != name.startsWith("$")) {
            return false;
        }
        List<String> parts = split(topic);
        boolean open = segments.get(segments.size() - 1).equals(REST);
        if (open ? parts.size() < segments.size() : parts.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < segments.size() - (open ? 1 : 0); i++) {
            if (!segments.get(i).equals(ONE) && !segments.get(i).equals(parts.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static List<String> split(String path) {
        return Arrays.asList(path.split("/", -1));
    }

    /// Puts a plain letter in the place of each star, so that the grammar of names judges the rest.
    private static String withoutStars(List<String> segments, String code, String pattern) {
        int rest = segments.indexOf(REST);
        if (rest >= 0 && rest < segments.size() - 1) {
            throw new InvalidValueException(code, "** may only be the last segment, not as in " + Quote.of(pattern));
        }
        return String.join(
                "/",
                segments.stream()
                        .map(s -> s.equals(ONE) || s.equals(REST) ? "x" : s)
                        .toList());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicPattern pattern && name.equals(pattern.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
