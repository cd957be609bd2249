package dev.fanfare.client;

import dev.fanfare.CloseReason;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.HistoryPage;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.Topic;
import dev.fanfare.TopicPattern;
import dev.fanfare.TopicState;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.DeliveryReader;
import dev.fanfare.wire.JsonObject;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// A topic of a hub.
///
/// Threads: safe, immutable.
final class RemoteTopic implements Topic {
    private final Link link;
    private final RemoteApp app;
    private final String name;
    private final PublishLane lane;

    RemoteTopic(Link link, RemoteApp app, String name, PublishLane lane) {
        this.link = link;
        this.app = app;
        this.name = name;
        this.lane = lane;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<Receipt> publishAsync(Event event) {
        link.requireOpen();
        return lane.publish(name, event);
    }

    @Override
    public CompletionStage<Optional<TopicState>> stateAsync() {
        link.requireOpen();
        Call call =
                Call.get(path(), Subject.topic("reading", name), link.calls().deadline());
        return Absent.when("not_found", link.calls().ask(call, answer -> state(answer.body())));
    }

    private TopicState state(Bytes body) {
        JsonObject state = JsonObject.parse(body);
        return new TopicState(
                name,
                DeliveryReader.position(state, "position"),
                state.text("reason").map(CloseReason::new),
                Optional.ofNullable(state.raw("snapshot")).map(DeliveryReader::received),
                state.text("oldest").flatMap(Position::parse));
    }

    @Override
    public CompletionStage<HistoryPage> historyAsync(Position after, int limit) {
        link.requireOpen();
        if (limit < 1) {
            throw new InvalidValueException("bad_parameter", "limit must be at least 1, not " + limit);
        }
        String from = after.equals(Position.NONE) ? "" : "&after=" + after;
        String path = app.path("history?topic=" + Uris.value(name) + "&limit=" + limit + from);
        Call call = Call.get(
                path,
                Subject.topic("reading the history of", name),
                link.calls().deadline());
        return link.calls().ask(call, answer -> page(answer.body()));
    }

    private static HistoryPage page(Bytes body) {
        JsonObject page = JsonObject.parse(body);
        return new HistoryPage(
                page.array("events").stream().map(DeliveryReader::received).toList(),
                DeliveryReader.position(page, "next"),
                DeliveryReader.position(page, "head"),
                Optional.ofNullable(page.raw("gap")).map(DeliveryReader::gap));
    }

    @Override
    public CompletionStage<Boolean> dropAsync() {
        link.requireOpen();
        Call call = Call.delete(
                path(), Subject.topic("dropping", name), link.calls().deadline());
        return link.calls().ask(call, answer -> JsonObject.parse(answer.body()).flag("existed"));
    }

    @Override
    public Subscription<Delivery> subscribe(StartAt startAt) {
        return Subscription.open(app, Selection.of(TopicPattern.of(name), startAt), delivery -> delivery);
    }

    private String path() {
        return app.path("topics/" + Uris.path(name));
    }
}
