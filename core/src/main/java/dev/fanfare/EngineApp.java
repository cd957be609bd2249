package dev.fanfare;

import dev.fanfare.jobs.Jobs;
import dev.fanfare.jobs.LogJobs;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// An app on a backend.
///
/// Threads: safe. Two of the same app do no harm: all they hold is the turns that updates of a job take.
final class EngineApp implements App {
    private final EngineBroadcaster engine;
    private final String name;
    private final Jobs jobs;

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
        BackendHealth health = engine.health();
        if (!health.available()) { // a window that others read from would not notice
            return CompletableFuture.failedStage(new BackendUnavailableException(
                    engine.backend().capabilities().name(),
                    "subscribing to topic " + Quote.of(topic),
                    health.detail(),
                    false));
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
}
