package dev.fanfare;

import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.Waiting;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// One topic of an app: a log to append to and to read. Having this object makes and costs nothing.
///
/// Threads: safe. Methods ending in `Async` do not wait; the others wait for the backend, two seconds at most.
public interface Topic {
    String name();

    /// Appends the event to the topic's log; its subscribers get it in that order.
    ///
    /// Completes once the backend has accepted the event as its receipt says, whether or not anyone reads it. For
    /// work that must happen even if nobody watches, use a queue: a reader that never comes back gets nothing.
    ///
    /// Fails with [TopicClosedException], [ConflictException], [RefusedException] or [BackendUnavailableException].
    CompletionStage<Receipt> publishAsync(Event event);

    /// Returns the topic as its store sees it; empty when it has no life.
    CompletionStage<Optional<TopicState>> stateAsync();

    /// Returns a page of history.
    ///
    /// @param after where the page begins: after this position; [Position#NONE] for the oldest event that survives
    /// @param limit the most events to return
    CompletionStage<HistoryPage> historyAsync(Position after, int limit);

    /// Ends the topic's life, also of a closed one: every subscription ends with [CloseReason#DROPPED], history and
    /// snapshot go, and the name is free at once. Completes with whether there was a life to end.
    CompletionStage<Boolean> dropAsync();

    /// Subscribes; the subscription is active when this returns.
    ///
    /// @throws BackendUnavailableException if the backend is away
    Subscription<Delivery> subscribe(StartAt startAt);

    default Receipt publish(Event event) {
        return Waiting.forChange(publishAsync(event), () -> "publishing to topic " + Quote.of(name()));
    }

    /// Publishes a message that is JSON.
    default Receipt publish(String json) {
        return publish(Event.json(Bytes.utf8(json)));
    }

    default Optional<TopicState> state() {
        return Waiting.forResult(stateAsync(), () -> "reading topic " + Quote.of(name()));
    }

    default HistoryPage history(Position after, int limit) {
        return Waiting.forResult(historyAsync(after, limit), () -> "reading topic " + Quote.of(name()));
    }

    default boolean drop() {
        return Waiting.forChange(dropAsync(), () -> "dropping topic " + Quote.of(name()));
    }
}
