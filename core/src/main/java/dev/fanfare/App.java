package dev.fanfare;

import dev.fanfare.jobs.Jobs;
import java.util.concurrent.CompletionStage;

/// A tenant: topics and jobs that no other app can see, name or slow. Made by its first use.
///
/// Threads: safe.
public interface App {
    String name();

    /// Returns the topic of that name, whether or not it has a life.
    ///
    /// @throws InvalidValueException `bad_topic` if `name` is not a topic's name
    Topic topic(String name);

    Jobs jobs();

    /// Opens a cursor over the selection. Completes when it is active: what is published afterwards is not missed.
    ///
    /// Fails with [BackendUnavailableException], or with [RefusedException] `too_many_topics`.
    ///
    /// @param wake runs once when there is news after an empty poll; see [Cursor]
    CompletionStage<Cursor> open(Selection selection, Runnable wake);

    /// Subscribes to a topic, or to all whose names match a pattern, as `orders/*`.
    ///
    /// A matching topic that appears later is read from its first event.
    ///
    /// @throws BackendUnavailableException if the backend is away
    default Subscription<Delivery> subscribe(String pattern, StartAt startAt) {
        return subscribe(Selection.of(TopicPattern.of(pattern), startAt));
    }

    /// Subscribes to all that the selection names.
    default Subscription<Delivery> subscribe(Selection selection) {
        return Subscription.open(this, selection, delivery -> delivery);
    }
}
