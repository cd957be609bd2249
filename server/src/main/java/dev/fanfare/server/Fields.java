package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import dev.fanfare.wire.Json;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// A JSON object cut into its fields, each still JSON, so that a message passes as it was written.
///
/// @param values by name
record Fields(Map<String, Bytes> values) {
    /// @throws dev.fanfare.InvalidValueException if it is not JSON in UTF-8
    /// @throws Refusal if it is no object, or has a field twice
    static Fields parse(Bytes json) {
        Bytes minified = Json.minify(json);
        byte[] text = minified.toArray();
        Map<String, Bytes> values = new LinkedHashMap<>();
        try (JsonParser parser = Json.parser(minified)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Refusal(Code.BAD_JSON, "expected a JSON object, as {\"topic\":\"a\",\"message\":1}");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                if (values.put(name, nextValue(parser, text)) != null) {
                    throw new Refusal(Code.BAD_JSON, "the field " + Quote.of(name) + " is there twice");
                }
            }
        }
        return new Fields(values);
    }

    private static Bytes nextValue(JsonParser parser, byte[] text) {
        parser.nextToken();
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        return Bytes.owning(
                Arrays.copyOfRange(text, from, (int) parser.currentLocation().getByteOffset()));
    }

    /// Refuses any field but these: a misspelt one must not be passed over.
    Fields requireOnly(Set<String> known) {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw new Refusal(
                        Code.UNKNOWN_FIELD,
                        "unknown field " + Quote.of(name) + "; known here: "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
        return this;
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /// Returns the field as JSON.
    ///
    /// @throws Refusal if it is missing
    Bytes json(String name) {
        Bytes value = values.get(name);
        if (value == null) {
            throw new Refusal(Code.BAD_PARAMETER, "the field " + Quote.of(name) + " is missing");
        }
        return value;
    }

    /// Returns the field's text; empty when it is missing or null.
    Optional<String> text(String name) {
        Bytes value = values.get(name);
        if (value == null || value.utf8().equals("null")) {
            return Optional.empty();
        }
        if (value.at(0) != '"') {
            throw new Refusal(Code.BAD_PARAMETER, "the field " + Quote.of(name) + " must be a string");
        }
        try (JsonParser parser = Json.parser(value)) {
            parser.nextToken();
            return Optional.of(parser.getString());
        }
    }

    /// Returns the field's truth; false when it is missing.
    boolean flag(String name) {
        Bytes value = values.get(name);
        if (value == null) {
            return false;
        }
        return switch (value.utf8()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new Refusal(Code.BAD_PARAMETER, "the field " + Quote.of(name) + " must be true or false");
        };
    }
}
