package dev.fanfare.jobs;

import dev.fanfare.App;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Topic;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.TopicPage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Jobs kept in the logs of topics: each update is an event that holds the job's whole state, and the topic's
/// snapshot.
///
/// An update is appended only where the state was read that it was merged into, else it is merged again; so no update
/// is lost between any number of writers and nodes, and none comes after the end.
///
/// Threads: safe. Those who update one job at the same time take turns in this process.
public final class LogJobs extends Jobs {
    private static final int MAX_LIMIT = 1000;

    private final Function<String, Topic> topics;
    private final Lister lister;
    private final JobLanes lanes = new JobLanes();

    /// @param topics gives the topic that the job with an id is
    /// @param lister lists the app's topics
    public LogJobs(App app, Function<String, Topic> topics, Lister lister, Clock clock) {
        super(app, clock);
        this.topics = topics;
        this.lister = lister;
    }

    @Override
    public CompletionStage<JobReceipt> updateAsync(String id, JobChange change) {
        return lanes.add(id, new JobAppend(log(id), change));
    }

    @Override
    public CompletionStage<Optional<JobUpdate>> stateAsync(String id) {
        return log(id).last();
    }

    private JobLog log(String id) {
        return JobLog.of(id, topics.apply(id));
    }

    @Override
    public CompletionStage<JobPage> listAsync(@Nullable JobStatus status, @Nullable String after, int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new InvalidValueException("bad_parameter", "limit must be 1 to " + MAX_LIMIT + ", not " + limit);
        }
        return new JobListing(lister, this::stateAsync, status, limit).after(after);
    }

    @Override
    public CompletionStage<Boolean> dropAsync(String id) {
        return topics.apply(id).dropAsync();
    }

    static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedStage(value);
    }

    /// Lists an app's topics whose name begins with a prefix, ordered by name.
    @FunctionalInterface
    public interface Lister {
        /// Returns a page of them.
        ///
        /// @param after the last name of the page before; null for the first page
        CompletionStage<TopicPage> list(String prefix, @Nullable String after, int limit);
    }
}
