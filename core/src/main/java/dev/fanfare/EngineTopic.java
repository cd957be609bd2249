package dev.fanfare;

import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A topic on a backend.
///
/// Threads: safe, immutable.
final class EngineTopic implements Topic {
    private final EngineBroadcaster engine;
    private final TopicName name;

    EngineTopic(EngineBroadcaster engine, TopicName name) {
        this.engine = engine;
        this.name = name;
    }

    @Override
    public String name() {
        return name.name();
    }

    @Override
    public CompletionStage<Receipt> publishAsync(Event event) {
        return append(event, effect(event)).thenCompose(result -> receipt(event, result));
    }

    /// Publishes all of them in order, as one append.
    CompletionStage<List<AppendResult>> appendAll(List<Event> events) {
        List<Append> appends =
                events.stream().map(event -> toAppend(event, effect(event))).toList();
        return engine.inTime(engine.backend().append(appends), "publishing to topic " + Quote.of(name()), true);
    }

    private CompletionStage<AppendResult> append(Event event, Effect effect) {
        return append(toAppend(event, effect));
    }

    private Append toAppend(Event event, Effect effect) {
        return new Append(
                name,
                newUid(),
                event.name(),
                event.message(),
                event.conflatable(),
                effect,
                event.expected(),
                event.idempotencyKey(),
                engine.policies().of(name));
    }

    private CompletionStage<AppendResult> append(Append append) {
        CompletionStage<AppendResult> stage =
                engine.backend().append(List.of(append)).thenApply(results -> results.get(0));
        return engine.inTime(stage, "publishing to topic " + Quote.of(name()), true);
    }

    private CompletionStage<TopicView> read(Read read) {
        return engine.inTime(engine.read(read), "reading topic " + Quote.of(name()), false);
    }

    private static long newUid() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }

    private static Effect effect(Event event) {
        if (event.closing() != null) {
            return new Effect.Close(event.closing(), event.snapshot());
        }
        return event.snapshot() ? Effect.SNAPSHOT : Effect.KEEP;
    }

    private CompletionStage<Receipt> receipt(Event event, AppendResult result) {
        if (result instanceof AppendResult.Accepted a) {
            return CompletableFuture.completedStage(new Receipt(a.position(), a.durability(), a.at(), false));
        }
        if (result instanceof AppendResult.Duplicate d) {
            return CompletableFuture.completedStage(new Receipt(d.position(), d.durability(), d.at(), true));
        }
        if (result instanceof AppendResult.Closed c && c.head().position().equals(event.expected())) {
            return reopen(event);
        }
        return CompletableFuture.failedStage(failure(event, result));
    }

    /// The publisher has seen that the topic is closed, and means to begin its next life.
    private CompletionStage<Receipt> reopen(Event event) {
        return append(event, Effect.REOPEN).thenCompose(result -> {
            if (result instanceof AppendResult.Accepted a) {
                return CompletableFuture.completedStage(new Receipt(a.position(), a.durability(), a.at(), false));
            }
            return CompletableFuture.failedStage(failure(event, result));
        });
    }

    /// Returns what a publisher is told whose event was not stored.
    RuntimeException failure(Event event, AppendResult result) {
        if (result instanceof AppendResult.Closed closed) {
            Head head = closed.head();
            return new TopicClosedException(name(), Objects.requireNonNull(head.reason()), head.position());
        }
        if (result instanceof AppendResult.Conflict conflict) {
            Position actual =
                    conflict.head() == null ? Position.NONE : conflict.head().position();
            return new ConflictException(name(), Objects.requireNonNull(event.expected()), actual);
        }
        if (result instanceof AppendResult.Unavailable away) {
            return new BackendUnavailableException(
                    engine.backend().capabilities().name(),
                    "publishing to topic " + Quote.of(name()),
                    away.detail(),
                    away.mayBeStored());
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

    @Override
    public CompletionStage<Optional<TopicState>> stateAsync() {
        return read(new Read(name, Position.NONE, 1, true)).thenApply(this::state);
    }

    private Optional<TopicState> state(TopicView view) {
        Head head = view.head();
        if (head == null || head.state() == Head.State.DROPPED) {
            return Optional.empty();
        }
        return Optional.of(new TopicState(
                name(),
                head.position(),
                Optional.ofNullable(head.reason()),
                Optional.ofNullable(view.snapshot())
                        .map(event -> Received.of(name(), event).asSnapshot()),
                view.events().stream().findFirst().map(event -> event.position())));
    }

    @Override
    public CompletionStage<HistoryPage> historyAsync(Position after, int limit) {
        if (limit < 1) {
            throw new InvalidValueException("bad_parameter", "limit must be at least 1, not " + limit);
        }
        Read read = new Read(name, after, TopicCursor.PAGE_BYTES, false);
        return read(read).thenApply(view -> page(after, limit, view));
    }

    private HistoryPage page(Position after, int limit, TopicView view) {
        Recovery recovery = after.equals(Position.NONE)
                ? Recovery.begin(name(), StartAt.earliest(), view)
                : Recovery.resume(name(), after, view, Delivery.Cause.TRUNCATED);
        List<Received> events = recovery.deliveries().stream()
                .filter(Received.class::isInstance)
                .map(Received.class::cast)
                .limit(limit)
                .toList();
        Optional<Delivery.Gap> gap = recovery.deliveries().stream()
                .filter(Delivery.Gap.class::isInstance)
                .map(Delivery.Gap.class::cast)
                .findFirst();
        Position start = gap.map(Delivery.Gap::position).orElse(recovery.start());
        Position next = events.isEmpty() ? start : events.get(events.size() - 1).position();
        return new HistoryPage(events, next, head(view.head()), gap);
    }

    private static Position head(@Nullable Head head) {
        return head == null || head.state() == Head.State.DROPPED ? Position.NONE : head.position();
    }

    @Override
    public CompletionStage<Boolean> dropAsync() {
        Append drop = new Append(
                name,
                newUid(),
                null,
                Bytes.EMPTY,
                false,
                new Effect.Drop(),
                null,
                null,
                engine.policies().of(name));
        return append(drop).thenCompose(result -> {
            if (result instanceof AppendResult.Conflict) {
                return CompletableFuture.completedStage(false); // there was no life to end
            }
            return receipt(Event.json("null"), result).thenApply(receipt -> true);
        });
    }

    @Override
    public Subscription<Delivery> subscribe(StartAt startAt) {
        TopicPattern self = TopicPattern.of(name());
        return Subscription.open(engine.app(name.app()), Selection.of(self, startAt), delivery -> delivery);
    }
}
