package dev.fanfare.server;

import dev.fanfare.HistoryPage;
import dev.fanfare.Position;
import dev.fanfare.spi.Quote;
import tools.jackson.core.JsonGenerator;

/// `/v1/{app}/history`: what a topic still holds, page by page.
final class HistoryHandler {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    void read(Exchange exchange) {
        Target target = exchange.target();
        target.requireOnly("topic", "after", "limit");
        String topic = target.first("topic")
                .orElseThrow(() -> new Refusal(Code.BAD_PARAMETER, "name the topic, as ?topic=orders/42"));
        Position after = target.first("after").map(HistoryHandler::position).orElse(Position.NONE);
        int limit = target.number("limit", DEFAULT_LIMIT, MAX_LIMIT);
        exchange.answer(
                exchange.app().topic(topic).historyAsync(after, limit), page -> Answer.json(json -> write(json, page)));
    }

    private static Position position(String text) {
        return Position.parse(text)
                .orElseThrow(() -> new Refusal(
                        Code.BAD_PARAMETER, "after must be a position, as the hub gave it, not " + Quote.of(text)));
    }

    private static void write(JsonGenerator json, HistoryPage page) {
        json.writeStartObject();
        json.writeName("events");
        json.writeStartArray();
        page.events().forEach(event -> json.writeRawValue(event.json().utf8()));
        json.writeEndArray();
        json.writeStringProperty("next", page.next().toString());
        json.writeStringProperty("head", page.head().toString());
        json.writeName("gap");
        TopicHandler.writeDelivery(json, page.gap().orElse(null));
        json.writeEndObject();
    }
}
