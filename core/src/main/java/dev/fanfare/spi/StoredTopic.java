package dev.fanfare.spi;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.ConflictException;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.Received;
import dev.fanfare.RefusedException;
import dev.fanfare.TopicClosedException;
import dev.fanfare.TopicPolicy;
import dev.fanfare.TopicState;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

/// A topic in a store, for whoever has a way to it: makes appends of what applications publish, and answers of what
/// becomes of them.
///
/// Threads: as safe as the way; immutable.
public final class StoredTopic {
    private final TopicName name;
    private final String store;
    private final TopicPolicy policy;
    private final Way way;

    /// How the store is reached.
    public interface Way {
        CompletionStage<AppendResult> append(Append append);

        CompletionStage<TopicView> read(Read read);
    }

    /// @param store its name, for messages
    public StoredTopic(TopicName name, String store, TopicPolicy policy, Way way) {
        this.name = name;
        this.store = store;
        this.policy = policy;
        this.way = way;
    }

    /// Appends the event. A closed topic begins its next life if the event expects it where it was closed.
    public CompletionStage<Receipt> publish(Event event) {
        return way.append(toAppend(event)).thenCompose(result -> {
            boolean begins = result instanceof AppendResult.Closed closed
                    && closed.head().position().equals(event.expected());
            return begins ? reopen(event) : receipt(event, result);
        });
    }

    /// The publisher has seen that the topic is closed, and means to begin its next life.
    private CompletionStage<Receipt> reopen(Event event) {
        return way.append(toAppend(event, Effect.REOPEN)).thenCompose(result -> receipt(event, result));
    }

    /// Ends the topic's life; completes with whether it had one.
    public CompletionStage<Boolean> drop() {
        Event nothing = new Event(Bytes.EMPTY, null, false, false, null, null, null);
        return way.append(toAppend(nothing, new Effect.Drop()))
                .thenCompose(result -> result instanceof AppendResult.Conflict
                        ? CompletableFuture.completedStage(false)
                        : receipt(nothing, result).thenApply(dropped -> true));
    }

    /// Returns how the topic stands; empty if it has no life.
    public CompletionStage<Optional<TopicState>> state() {
        return way.read(new Read(name, Position.NONE, 1, true)).thenApply(this::state);
    }

    private Optional<TopicState> state(TopicView view) {
        Head head = view.head();
        if (head == null || head.state() == Head.State.DROPPED) {
            return Optional.empty();
        }
        return Optional.of(new TopicState(
                name.name(),
                head.position(),
                Optional.ofNullable(head.reason()),
                Optional.ofNullable(view.snapshot())
                        .map(event -> Received.of(name.name(), event).asSnapshot()),
                view.events().stream().findFirst().map(event -> event.position())));
    }

    /// Returns what stores the event.
    public Append toAppend(Event event) {
        if (event.closing() != null) {
            return toAppend(event, new Effect.Close(event.closing(), event.snapshot()));
        }
        return toAppend(event, event.snapshot() ? Effect.SNAPSHOT : Effect.KEEP);
    }

    private Append toAppend(Event event, Effect effect) {
        return new Append(
                name,
                ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE),
                event.name(),
                event.message(),
                event.conflatable(),
                effect,
                event.expected(),
                event.idempotencyKey(),
                policy);
    }

    private CompletionStage<Receipt> receipt(Event event, AppendResult result) {
        if (result instanceof AppendResult.Accepted a) {
            return CompletableFuture.completedStage(new Receipt(a.position(), a.durability(), a.at(), false));
        }
        if (result instanceof AppendResult.Duplicate d) {
            return CompletableFuture.completedStage(new Receipt(d.position(), d.durability(), d.at(), true));
        }
        return CompletableFuture.failedStage(failure(event, result));
    }

    /// Returns what a publisher is told whose event was not stored.
    public RuntimeException failure(Event event, AppendResult result) {
        if (result instanceof AppendResult.Closed closed) {
            Head head = closed.head();
            return new TopicClosedException(name.name(), Objects.requireNonNull(head.reason()), head.position());
        }
        if (result instanceof AppendResult.Conflict conflict) {
            Position actual =
                    conflict.head() == null ? Position.NONE : conflict.head().position();
            return new ConflictException(name.name(), Objects.requireNonNull(event.expected()), actual);
        }
        if (result instanceof AppendResult.Unavailable away) {
            return new BackendUnavailableException(
                    store, "publishing to topic " + Quote.of(name.name()), away.detail(), away.mayBeStored());
        }
        return refusal(event, result);
    }

    private RuntimeException refusal(Event event, AppendResult result) {
        if (result instanceof AppendResult.TooLarge limit) {
            return new RefusedException(
                    "body_too_large",
                    "the message has " + event.message().length() + " bytes, at most " + limit.maxBytes()
                            + " are taken");
        }
        if (result instanceof AppendResult.AppFull full) {
            return new RefusedException(
                    "app_full", "app " + Quote.of(name.app()) + " has its " + full.maxTopics() + " topics; drop some");
        }
        if (result instanceof AppendResult.StorageFull full) {
            return new RefusedException("storage_full", "nothing more can be stored: " + full.detail());
        }
        return new RefusedException("overloaded", "the backend has too much to do just now; try again in a moment");
    }
}
