package dev.fanfare.server;

import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Selection;
import dev.fanfare.TopicPattern;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.SseWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `GET /v1/{app}/events`: topics, patterns and jobs as one event stream.
final class EventsHandler {
    private static final String TYPE = "text/event-stream";

    private final Limits limits;

    EventsHandler(Limits limits) {
        this.limits = limits;
    }

    /// Refuses for now, in a way that `EventSource` understands: it comes back after a while.
    static Answer refusal(Hub hub, Refusal refusal) {
        int retryAfter = SseStream.pause(hub);
        Bytes body = new SseWriter()
                .retry(retryAfter)
                .event("refused", ControlJson.refused(refusal, retryAfter), null)
                .toBytes();
        return new Answer(200, TYPE, body, "");
    }

    /// Answers HEAD: what GET would be, without subscribing.
    void describe(Exchange exchange) {
        exchange.app();
        selection(exchange, start(exchange));
        exchange.answer(new Answer(200, TYPE, Bytes.EMPTY, ""));
    }

    void open(Exchange exchange) {
        Start start = start(exchange);
        Selection selection = selection(exchange, start);
        Waker waker = new Waker(exchange.loop().eventLoop());
        exchange.app()
                .open(selection, waker)
                .whenComplete((cursor, failure) -> exchange.onLoop(() -> {
                    if (failure == null) {
                        begin(exchange, selection, start, cursor, waker);
                    } else {
                        exchange.refuse(Refusal.of(failure));
                    }
                }));
    }

    private static void begin(Exchange exchange, Selection selection, Start start, Cursor cursor, Waker waker) {
        String position = cursor.position();
        List<Delivery> first = cursor.poll(Group.POLL_BYTES);
        if (cursor.isEnded() && start.isAtEnd(first)) {
            cursor.close();
            exchange.answer(Answer.empty(204));
        } else if (exchange.connection().handOver()) {
            start.count(exchange.hub().metrics());
            Format format = exchange.isHttp10() ? Format.PLAIN : Format.CHUNKED;
            GroupKey key = GroupKey.of(exchange.app().name(), selection);
            var stream = new SseStream(
                    exchange.hub(), exchange.loop(), exchange.channel(), format, key, selection.isSingle());
            exchange.connection().replaceBy(stream);
            stream.open(ResponseHead.ofStream(exchange, format), position, cursor, waker, first);
        } else {
            cursor.close();
        }
    }

    private static Start start(Exchange exchange) {
        Target target = exchange.target();
        target.requireOnly("topic", "job", "last_event_id", "from");
        Start named =
                target.first("from").map(Start::from).orElse(Start.BY_DEFAULT); // checked even if an id goes first
        return Optional.ofNullable(exchange.headers().get("Last-Event-ID"))
                .or(() -> target.first("last_event_id"))
                .filter(id -> !id.isEmpty())
                .map(Start::after)
                .orElse(named);
    }

    private Selection selection(Exchange exchange, Start start) {
        List<Selection.Item> items = new ArrayList<>();
        for (Target.Parameter parameter : exchange.target().query()) {
            if (parameter.name().equals("topic")) {
                items.add(new Selection.Item(TopicPattern.of(parameter.value()), start.ofTopic()));
            } else if (parameter.name().equals("job")) {
                items.add(new Selection.Item(TopicPattern.ofJobs(parameter.value()), start.ofJob()));
            }
        }
        if (items.size() > limits.namesPerConnection()) {
            throw new Refusal(
                    Code.TOO_MANY_TOPICS,
                    "a connection names at most " + limits.namesPerConnection() + " topics, jobs and patterns, not "
                            + items.size());
        }
        if (items.isEmpty()) {
            throw new Refusal(Code.BAD_PARAMETER, "name what to read, as ?topic=orders/42 or ?job=import-7");
        }
        Selection selection = new Selection(items.subList(0, 1));
        for (Selection.Item item : items) {
            selection = selection.and(item.pattern(), item.startAt());
        }
        return selection;
    }
}
