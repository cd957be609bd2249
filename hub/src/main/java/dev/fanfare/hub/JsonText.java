package dev.fanfare.hub;

import dev.fanfare.wire.Json;
import java.util.function.Consumer;

/// A JSON object in the making.
///
/// Threads: confined to the one that writes it.
final class JsonText {
    private final StringBuilder text = new StringBuilder();

    private JsonText() {}

    static String object(Consumer<JsonText> fields) {
        JsonText json = new JsonText();
        fields.accept(json);
        return "{" + json.text + "}";
    }

    JsonText put(String name, String value) {
        return raw(name, Json.string(value).utf8());
    }

    JsonText put(String name, long value) {
        return raw(name, String.valueOf(value));
    }

    JsonText put(String name, double value) {
        return raw(name, String.valueOf(value));
    }

    JsonText object(String name, Consumer<JsonText> fields) {
        return raw(name, object(fields));
    }

    /// Adds a value that is JSON already.
    JsonText raw(String name, String json) {
        text.append(text.isEmpty() ? "" : ",")
                .append(Json.string(name).utf8())
                .append(':')
                .append(json);
        return this;
    }
}
