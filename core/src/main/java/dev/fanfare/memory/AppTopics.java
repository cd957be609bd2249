package dev.fanfare.memory;

import dev.fanfare.spi.TopicName;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/// The topics of one app, by name, and their names in order.
///
/// Threads: safe; the order follows the map, so a name may be listed a moment before or after its log is there.
final class AppTopics {
    /// By code points, which is the order of the bytes in UTF-8.
    private static final Comparator<String> BY_BYTES = AppTopics::compare;

    private final String app;
    private final Set<TopicName> attached;
    private final Map<String, TopicLog> logs = new ConcurrentHashMap<>();
    private final NavigableSet<String> names = new ConcurrentSkipListSet<>(BY_BYTES);

    AppTopics(String app, Set<TopicName> attached) {
        this.app = app;
        this.attached = attached;
    }

    @Nullable
    TopicLog find(String name) {
        return logs.get(name);
    }

    /// Returns the topic's log, made if there is none.
    TopicLog make(String name) {
        return logs.computeIfAbsent(name, n -> {
            names.add(n);
            return new TopicLog(new TopicName(app, n), attached);
        });
    }

    void remove(String name, TopicLog log) {
        logs.computeIfPresent(name, (n, present) -> {
            if (present != log) {
                return present;
            }
            names.remove(n);
            return null;
        });
    }

    long size() {
        return logs.size();
    }

    Map<String, TopicLog> logs() {
        return logs;
    }

    /// Returns the names after `after`, or from `prefix` on when that comes later.
    NavigableSet<String> namesFrom(String prefix, @Nullable String after) {
        boolean isLater = after != null && compare(after, prefix) >= 0;
        return isLater ? names.tailSet(after, false) : names.tailSet(prefix, true);
    }

    private static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean bothWide = Character.isSurrogate(x) == Character.isSurrogate(y);
                return bothWide ? Character.compare(x, y) : Character.isSurrogate(x) ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
