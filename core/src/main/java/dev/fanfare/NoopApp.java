package dev.fanfare;

import dev.fanfare.jobs.Jobs;
import dev.fanfare.jobs.LogJobs;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.TopicPage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// An app in which nothing is kept: a publish is checked, acknowledged with [Durability#NONE] and forgotten.
///
/// Threads: safe, immutable.
final class NoopApp implements App {
    private final String name;
    private final Jobs jobs;

    NoopApp(String name) {
        this.name = name;
        this.jobs = new LogJobs(
                this,
                id -> new NoopTopic(this, "$jobs/" + Names.requireJobId(id)),
                (prefix, after, limit) -> done(new TopicPage(List.of(), null, Instant.now())),
                Clock.system());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Topic topic(String topic) {
        return new NoopTopic(this, Names.requireTopic(topic));
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public CompletionStage<Cursor> open(Selection selection, Runnable wake) {
        return done(new EndedCursor());
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedStage(value);
    }

    private record NoopTopic(App app, String name) implements Topic {
        @Override
        public CompletionStage<Receipt> publishAsync(Event event) {
            return done(new Receipt(Position.NONE, Durability.NONE, Instant.now(), false));
        }

        @Override
        public CompletionStage<Optional<TopicState>> stateAsync() {
            return done(Optional.empty());
        }

        @Override
        public CompletionStage<HistoryPage> historyAsync(Position after, int limit) {
            return done(new HistoryPage(List.of(), after, Position.NONE, Optional.empty()));
        }

        @Override
        public CompletionStage<Boolean> dropAsync() {
            return done(false);
        }

        @Override
        public Subscription<Delivery> subscribe(StartAt startAt) {
            return app.subscribe(name, startAt);
        }
    }

    private static final class EndedCursor implements Cursor {
        @Override
        public List<Delivery> poll(int maxBytes) {
            return List.of();
        }

        @Override
        public String position() {
            return Position.NONE.toString();
        }

        @Override
        public boolean isEnded() {
            return true;
        }

        @Override
        public Cursor fork(Runnable wake) {
            return this;
        }

        @Override
        public boolean isLevelWith(Cursor other) {
            return other instanceof EndedCursor;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
