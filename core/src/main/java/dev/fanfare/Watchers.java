package dev.fanfare;

import dev.fanfare.spi.Backend;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The cursors over patterns, which want to hear of topics that appear in their app.
///
/// Threads: safe. Interest in an app begins and ends inside the map's per-key lock, so that it reaches the backend in
/// that order.
final class Watchers {
    private final Backend backend;
    private final Map<String, Watched> apps = new ConcurrentHashMap<>();

    /// @param watching completes when the backend announces the app's new topics
    private record Watched(CompletionStage<Void> watching, Set<SelectionCursor> cursors) {}

    Watchers(Backend backend) {
        this.backend = backend;
    }

    /// Has the cursor told of topics that appear. Completes when none can be missed from then on.
    CompletionStage<Void> add(String app, SelectionCursor cursor) {
        return apps.compute(app, (name, known) -> {
                    Watched watched =
                            known == null ? new Watched(backend.watch(name), ConcurrentHashMap.newKeySet()) : known;
                    watched.cursors.add(cursor);
                    return watched;
                })
                .watching;
    }

    void remove(String app, SelectionCursor cursor) {
        apps.computeIfPresent(app, (name, watched) -> {
            watched.cursors.remove(cursor);
            if (!watched.cursors.isEmpty()) {
                return watched;
            }
            backend.unwatch(name);
            return null;
        });
    }

    void appeared(TopicName topic) {
        Watched watched = apps.get(topic.app());
        if (watched != null) {
            watched.cursors.forEach(cursor -> cursor.appeared(topic.name()));
        }
    }

    void forEach(Consumer<SelectionCursor> action) {
        List<Watched> all = new ArrayList<>(apps.values());
        all.forEach(watched -> watched.cursors.forEach(action));
    }
}
