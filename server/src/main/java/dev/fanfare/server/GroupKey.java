package dev.fanfare.server;

import dev.fanfare.Selection;
import java.util.List;

/// What readers of one group have in common: the app, and what they read of it.
///
/// @param names of topics, jobs and patterns, sorted; a record, not one text, so that no two selections share a key
record GroupKey(String app, List<String> names) {
    static GroupKey of(String app, Selection selection) {
        return new GroupKey(
                app,
                selection.items().stream()
                        .map(item -> item.pattern().name())
                        .sorted()
                        .toList());
    }
}
