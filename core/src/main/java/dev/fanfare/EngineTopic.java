package dev.fanfare;

import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredTopic;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A topic on a backend.
///
/// Threads: safe, immutable.
final class EngineTopic implements Topic {
    private final EngineBroadcaster engine;
    private final TopicName name;
    private final StoredTopic stored;

    EngineTopic(EngineBroadcaster engine, TopicName name) {
        this.engine = engine;
        this.name = name;
        this.stored = new StoredTopic(
                name, engine.backend().capabilities().name(), engine.policies().of(name), new InTime());
    }

    /// The backend, which must answer in time.
    private final class InTime implements StoredTopic.Way {
        @Override
        public CompletionStage<AppendResult> append(Append append) {
            return appendAll(List.of(append)).thenApply(results -> results.get(0));
        }

        @Override
        public CompletionStage<TopicView> read(Read read) {
            return engine.inTime(engine.read(read), "reading topic " + Quote.of(name()), false);
        }
    }

    private CompletionStage<List<AppendResult>> appendAll(List<Append> appends) {
        return engine.inTime(engine.backend().append(appends), "publishing to topic " + Quote.of(name()), true);
    }

    @Override
    public String name() {
        return name.name();
    }

    @Override
    public CompletionStage<Receipt> publishAsync(Event event) {
        return stored.publish(event);
    }

    /// Publishes all of them in order, as one append.
    CompletionStage<List<AppendResult>> publishAll(List<Event> events) {
        return appendAll(events.stream().map(stored::toAppend).toList());
    }

    /// Returns what a publisher is told whose event was not stored.
    RuntimeException failure(Event event, AppendResult result) {
        return stored.failure(event, result);
    }

    @Override
    public CompletionStage<Optional<TopicState>> stateAsync() {
        return stored.state();
    }

    @Override
    public CompletionStage<Boolean> dropAsync() {
        return stored.drop();
    }

    @Override
    public CompletionStage<HistoryPage> historyAsync(Position after, int limit) {
        if (limit < 1) {
            throw new InvalidValueException("bad_parameter", "limit must be at least 1, not " + limit);
        }
        Read read = new Read(name, after, TopicCursor.PAGE_BYTES, false);
        return new InTime().read(read).thenApply(view -> page(after, limit, view));
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
    public Subscription<Delivery> subscribe(StartAt startAt) {
        TopicPattern self = TopicPattern.of(name());
        return Subscription.open(engine.app(name.app()), Selection.of(self, startAt), delivery -> delivery);
    }
}
