package dev.fanfare.postgres;

import dev.fanfare.spi.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a node tells the others after its commits: which topics have moved, since which offset, and which have begun a
/// life. It is a hint: what happened is in the tables.
///
/// A notification is a text of lines: the node that sends it; for each topic its key, a colon and the offset; for each
/// life that began a plus, the app, a slash and the topic; and an exclamation mark if something has been staged.
///
/// Threads: confined to whoever fills it.
final class Wakes {
    /// A notification has less than 8,000 bytes.
    private static final int MOST_BYTES = 7_900;

    private static final int RADIX = 36;
    private static final String STAGED = "!";

    private final Map<TopicName, Long> moved = new LinkedHashMap<>();
    private final Set<TopicName> begun = new LinkedHashSet<>();
    private boolean staged;
    private boolean echo;

    /// Receives what other nodes tell.
    interface Reader {
        void moved(long key, long since);

        void begun(TopicName topic);

        void staged();
    }

    /// Names a topic in a number. Two topics may share one: whoever hears it looks once too often.
    static long key(TopicName topic) {
        long hash = 0xcbf29ce484222325L; // FNV-1a
        for (byte part : (topic.app() + '/' + topic.name()).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (part & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    /// Names a node in its messages.
    static String name(long node) {
        return Long.toString(node, RADIX);
    }

    void add(TopicName topic, long since) {
        moved.merge(topic, since, Math::min);
        if (since == 1) {
            begun.add(topic);
        }
    }

    void addStaged() {
        staged = true;
    }

    /// The node wants to hear itself.
    void addEcho() {
        echo = true;
    }

    void addAll(Wakes others) {
        staged |= others.staged;
        echo |= others.echo;
        others.moved.forEach(this::add);
        begun.addAll(others.begun);
    }

    boolean hasNews() {
        return !moved.isEmpty() || staged;
    }

    boolean hasEcho() {
        return echo;
    }

    List<String> encode(String node) {
        List<String> lines = new ArrayList<>(moved.size() + begun.size());
        moved.forEach((topic, since) -> lines.add(begin(topic) + since));
        if (staged) {
            lines.add(STAGED);
        }
        begun.forEach(topic -> lines.add('+' + topic.app() + '/' + topic.name()));
        return packed(node, lines);
    }

    private static String begin(TopicName topic) {
        return Long.toString(key(topic), RADIX) + ':';
    }

    /// Returns the begin of what a node tells of one topic, up to the offset, which only the database knows yet.
    static String begin(long node, TopicName topic) {
        return name(node) + '\n' + begin(topic);
    }

    private static List<String> packed(String node, List<String> lines) {
        List<String> packed = new ArrayList<>();
        StringBuilder next = new StringBuilder(node);
        int bytes = node.length();
        for (String line : lines) {
            int length = line.getBytes(StandardCharsets.UTF_8).length + 1;
            if (bytes + length > MOST_BYTES) {
                packed.add(next.toString());
                next = new StringBuilder(node);
                bytes = node.length();
            }
            next.append('\n').append(line);
            bytes += length;
        }
        packed.add(next.toString());
        return packed;
    }

    /// Reads what another node has told; what this one has told itself it knows.
    static void decode(String text, String self, Reader reader) {
        List<String> lines = text.lines().toList();
        if (lines.get(0).equals(self)) {
            return;
        }
        for (String line : lines.subList(1, lines.size())) {
            if (line.equals(STAGED)) {
                reader.staged();
            } else if (line.startsWith("+")) {
                int slash = line.indexOf('/');
                reader.begun(new TopicName(line.substring(1, slash), line.substring(slash + 1)));
            } else {
                int colon = line.indexOf(':');
                reader.moved(
                        Long.parseLong(line.substring(0, colon), RADIX), Long.parseLong(line.substring(colon + 1)));
            }
        }
    }
}
