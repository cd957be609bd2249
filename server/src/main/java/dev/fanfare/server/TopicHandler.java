package dev.fanfare.server;

import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Receipt;
import dev.fanfare.Topic;
import dev.fanfare.TopicState;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// `/v1/{app}/topics/{topic…}`: publish, look, drop.
final class TopicHandler {
    void publish(Exchange exchange) {
        exchange.target().requireOnly();
        Topic topic = exchange.app().topic(exchange.name());
        Event event = Publishing.with(
                message(exchange),
                exchange.header("Fanfare-Event"),
                flag(exchange, "Fanfare-Snapshot"),
                flag(exchange, "Fanfare-Conflate"),
                exchange.header("Fanfare-Close"),
                exchange.header("Idempotency-Key"));
        exchange.answer(
                exchange.hub().metrics().publishing(topic.publishAsync(event)),
                receipt -> Answer.json(json -> write(json, topic, receipt)));
    }

    private static void write(JsonGenerator json, Topic topic, Receipt receipt) {
        json.writeStartObject();
        json.writeStringProperty("topic", topic.name());
        Publishing.write(json, receipt);
        json.writeEndObject();
    }

    /// Reads the body as JSON whatever type it claims to be, because `curl -d` claims it to be a form; only what says
    /// that it is plain text becomes a JSON string.
    private static Event message(Exchange exchange) {
        String type = exchange.headers().get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/plain")) {
            return Event.text(text(type, exchange.body()));
        }
        try {
            return Event.json(exchange.body());
        } catch (InvalidValueException invalid) {
            if (type.startsWith("application/x-www-form-urlencoded")) {
                String url = Quote.of(exchange.url());
                throw new Refusal(
                        Code.of(invalid.code()),
                        invalid.getMessage() + "; to publish text: curl -H 'Content-Type: text/plain' -d hi " + url
                                + ", to publish JSON: curl -d '{\"hello\":\"world\"}' " + url);
            }
            throw invalid;
        }
    }

    private static String text(String type, Bytes body) {
        if (type.contains("charset=") && !type.matches(".*charset=\"?(utf-8|us-ascii)\"?.*")) {
            throw new Refusal(Code.BAD_PARAMETER, "text must come in UTF-8, not as " + Quote.of(type));
        }
        try {
            ByteBuffer bytes = body.asByteBuffer();
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException malformed) {
            throw new Refusal(Code.BAD_UTF8, "the text is not valid UTF-8");
        }
    }

    private static boolean flag(Exchange exchange, String header) {
        String value = exchange.header(header).orElse("false");
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new Refusal(Code.BAD_PARAMETER, header + " must be true or false, not " + Quote.of(value));
        };
    }

    void state(Exchange exchange) {
        exchange.target().requireOnly();
        Topic topic = exchange.app().topic(exchange.name());
        exchange.answer(
                topic.stateAsync(),
                found -> Answer.json(json -> write(
                        json,
                        found.orElseThrow(() -> new Refusal(
                                Code.NOT_FOUND,
                                "topic " + Quote.of(topic.name())
                                        + " has no events; it begins with the first publish")))));
    }

    private static void write(JsonGenerator json, TopicState state) {
        json.writeStartObject();
        json.writeStringProperty("topic", state.topic());
        json.writeStringProperty("position", state.position().toString());
        json.writeStringProperty("state", state.closed().isPresent() ? "closed" : "open");
        json.writeStringProperty(
                "reason", state.closed().map(reason -> reason.text()).orElse(null));
        json.writeName("snapshot");
        writeDelivery(json, state.snapshot().orElse(null));
        json.writeStringProperty(
                "oldest", state.oldest().map(position -> position.toString()).orElse(null));
        json.writeEndObject();
    }

    static void writeDelivery(JsonGenerator json, @Nullable Delivery delivery) {
        if (delivery == null) {
            json.writeNull();
        } else {
            json.writeRawValue(delivery.json().utf8());
        }
    }

    void drop(Exchange exchange) {
        exchange.target().requireOnly();
        exchange.answer(
                exchange.app().topic(exchange.name()).dropAsync(),
                existed -> Answer.json(Bytes.utf8("{\"existed\":" + existed + "}")));
    }
}
