package dev.fanfare;

import dev.fanfare.jobs.Jobs;
import dev.fanfare.jobs.LogJobs;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// An app on a backend.
///
/// Threads: safe. The backend is asked for the app's new topics as long as there are cursors over patterns.
final class EngineApp implements App {
    private final EngineBroadcaster engine;
    private final String name;
    private final Jobs jobs;
    private final Set<SelectionCursor> watchers = ConcurrentHashMap.newKeySet();
    private @Nullable CompletionStage<Void> watching; // guarded by this

    EngineApp(EngineBroadcaster engine, String name) {
        this.engine = engine;
        this.name = name;
        this.jobs = new LogJobs(
                this,
                id -> new EngineTopic(engine, TopicName.ofJob(name, id)),
                (prefix, after, limit) -> list(prefix, after, limit),
                engine.clock());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Topic topic(String topic) {
        return new EngineTopic(engine, new TopicName(name, Names.requireTopic(topic)));
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public CompletionStage<Cursor> open(Selection selection, Runnable wake) {
        if (selection.isSingle()) {
            Selection.Item item = selection.items().get(0);
            return openTopic(item.pattern().name(), item.startAt(), wake).thenApply(cursor -> cursor);
        }
        return SelectionCursor.open(this, selection, wake).thenApply(cursor -> cursor);
    }

    CompletionStage<TopicCursor> openTopic(String topic, StartAt startAt, Runnable wake) {
        if (engine.isClosed()) {
            return CompletableFuture.failedStage(new IllegalStateException("the broadcaster is closed"));
        }
        Window window = engine.acquire(new TopicName(name, topic));
        TopicCursor cursor = new TopicCursor(engine, window, wake);
        CompletionStage<TopicCursor> beginning = window.synced().thenCompose(synced -> cursor.begin(startAt));
        return engine.inTime(beginning, "subscribing to topic " + Quote.of(topic), false)
                .whenComplete((begun, failure) -> {
                    if (failure != null) {
                        cursor.close();
                    }
                });
    }

    CompletionStage<TopicPage> list(String prefix, @Nullable String after, int limit) {
        return engine.backend().list(name, prefix, after, limit);
    }

    EngineBroadcaster engine() {
        return engine;
    }

    /// Has the cursor told of topics that appear. Completes when none can be missed from then on.
    synchronized CompletionStage<Void> watch(SelectionCursor cursor) {
        watchers.add(cursor);
        if (watching == null) {
            watching = engine.backend().watch(name);
        }
        return watching;
    }

    synchronized void unwatch(SelectionCursor cursor) {
        watchers.remove(cursor);
        if (watchers.isEmpty() && watching != null) {
            watching = null;
            engine.backend().unwatch(name);
        }
    }

    void appeared(String topic) {
        watchers.forEach(cursor -> cursor.appeared(topic));
    }

    /// Has all patterns look again for topics whose appearance they may have missed.
    void relist() {
        watchers.forEach(SelectionCursor::relist);
    }

    void wakeAll() {
        watchers.forEach(SelectionCursor::rouse);
    }
}
