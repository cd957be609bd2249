package dev.fanfare.spi;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A store of topics, and the live path that tells of their news. It knows nothing of jobs, readers or wires.
///
/// The rules are those of `BackendContract` in the module `backend-contract`: a backend is right when it passes.
///
/// Threads: every method may be called by any thread and returns without waiting for the store. The listener is never
/// called while holding a lock that a method here needs.
public interface Backend extends AutoCloseable {
    Capabilities capabilities();

    /// Connects, checks or makes the schema, and proves the live path with a message to itself.
    ///
    /// Called once, before anything else. Completes exceptionally with a reason that says what to do.
    CompletionStage<Void> start(BackendListener listener);

    /// Applies the appends; result i belongs to append i.
    ///
    /// Those of one topic in list order; not atomic across topics. Retries inside never duplicate.
    /// A full queue completes with [AppendResult.Overloaded], a store that is away with [AppendResult.Unavailable]
    /// within two seconds.
    CompletionStage<List<AppendResult>> append(List<Append> appends);

    /// Answers each request with one atomic view; view i belongs to read i.
    ///
    /// A read that starts after `advanced(head)` sees at least that head. Completes exceptionally with
    /// [dev.fanfare.BackendUnavailableException] when the store is away.
    CompletionStage<List<TopicView>> read(List<Read> reads);

    /// Asks for news of the topics, which need not exist and are not made.
    ///
    /// When it completes, every later commit is announced, until `detach` or an interruption.
    CompletionStage<Void> attach(Collection<TopicName> topics);

    void detach(Collection<TopicName> topics);

    /// Asks to be told of topics that begin a life in the app. Best effort: `list` makes good what was missed.
    CompletionStage<Void> watch(String app);

    void unwatch(String app);

    /// Lists topics whose name begins with `prefix` and comes after `after`, by the bytes of their names.
    ///
    /// @param after the last name of the page before; null for the first page
    CompletionStage<TopicPage> list(String app, String prefix, @Nullable String after, int limit);

    /// Drops every topic of the app and forgets it without tombstones.
    CompletionStage<Void> purge(String app);

    /// Never blocks.
    BackendHealth health();

    /// Finishes what was accepted into queues for at most `grace`, and answers the rest with
    /// [AppendResult.Unavailable]; afterwards every call fails.
    ///
    /// A backend that is still starting is closed, too, at the latest when its start is over.
    CompletionStage<Void> close(Duration grace);

    /// Closes with a grace of two seconds, and waits for it.
    @Override
    default void close() {
        close(Duration.ofSeconds(2)).toCompletableFuture().join();
    }
}
