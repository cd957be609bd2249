package dev.fanfare.wire;

import dev.fanfare.InvalidValueException;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The members of a JSON object, each value as the bytes that stood there: what is passed on is passed on unchanged.
///
/// Whoever reads takes the members that it knows and leaves the others, so that more can be added to the protocol. A
/// member that is absent and one that is null read the same.
///
/// Threads: immutable.
public final class JsonObject {
    private static final Bytes NULL = Bytes.utf8("null");

    private final Map<String, Bytes> members;

    private JsonObject(Map<String, Bytes> members) {
        this.members = members;
    }

    /// Reads an object.
    ///
    /// @throws InvalidValueException `bad_json` if the bytes are not one JSON object, or a name stands there twice
    public static JsonObject parse(Bytes json) {
        Map<String, Bytes> members = new LinkedHashMap<>();
        try (JsonParser parser = Json.parser(json)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "not a JSON object");
            byte[] text = json.toArray();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                boolean isNew = members.put(name, slice(parser, text)) == null;
                require(isNew, Quote.of(name) + " stands there twice");
            }
            require(parser.nextToken() == null, "more than one JSON value");
        } catch (JacksonException fault) {
            throw new InvalidValueException("bad_json", "not JSON: " + Json.describe(fault));
        }
        return new JsonObject(members);
    }

    /// Returns the names of all members, in the order in which they stood there.
    public Set<String> names() {
        return Collections.unmodifiableSet(members.keySet());
    }

    /// Returns the value as it was written; null when there is none.
    public @Nullable Bytes raw(String name) {
        Bytes value = members.get(name);
        return value == null || value.equals(NULL) ? null : value;
    }

    /// Returns the value as it was written.
    ///
    /// @throws InvalidValueException if there is none
    public Bytes requireRaw(String name) {
        return required(name, raw(name));
    }

    /// Returns a string; empty when there is none.
    ///
    /// @throws InvalidValueException if the value is no string
    public Optional<String> text(String name) {
        Bytes value = raw(name);
        return value == null ? Optional.empty() : Optional.of(string(name, value));
    }

    /// Returns a string.
    ///
    /// @throws InvalidValueException if there is no such string
    public String requireText(String name) {
        return string(name, requireRaw(name));
    }

    /// Returns a whole number; empty when there is none.
    ///
    /// @throws InvalidValueException if the value is no whole number
    public OptionalLong number(String name) {
        Bytes value = raw(name);
        try {
            return value == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(value.utf8()));
        } catch (NumberFormatException fraction) {
            throw new InvalidValueException("bad_json", Quote.of(name) + " must be a whole number");
        }
    }

    /// Tells whether the value is `true`.
    public boolean flag(String name) {
        Bytes value = raw(name);
        return value != null && value.utf8().equals("true");
    }

    /// Tells whether there is such a member, even if it is null.
    public boolean has(String name) {
        return members.containsKey(name);
    }

    /// Returns an object; empty when there is none.
    ///
    /// @throws InvalidValueException if the value is no object
    public Optional<JsonObject> object(String name) {
        return Optional.ofNullable(raw(name)).map(JsonObject::parse);
    }

    /// Returns the values of an array, each as it was written; none when there is no array.
    public List<Bytes> array(String name) {
        Bytes value = raw(name);
        return value == null ? List.of() : elements(value);
    }

    private static List<Bytes> elements(Bytes array) {
        List<Bytes> elements = new ArrayList<>();
        byte[] text = array.toArray();
        try (JsonParser parser = Json.parser(array)) {
            require(parser.nextToken() == JsonToken.START_ARRAY, "not a JSON array");
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(slice(parser, text));
            }
        }
        return elements;
    }

    /// Returns the bytes of the value at which the parser stands, and moves to their end.
    private static Bytes slice(JsonParser parser, byte[] text) {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        if (!parser.currentToken().isStructEnd()) {
            parser.finishToken();
        }
        int to = (int) parser.currentLocation().getByteOffset();
        return Bytes.owning(Arrays.copyOfRange(text, from, to));
    }

    private static String string(String name, Bytes json) {
        try (JsonParser parser = Json.parser(json)) {
            require(parser.nextToken() == JsonToken.VALUE_STRING, Quote.of(name) + " is not a string");
            return parser.getString();
        }
    }

    private static Bytes required(String name, @Nullable Bytes value) {
        if (value == null) {
            throw new InvalidValueException("bad_json", Quote.of(name) + " is missing");
        }
        return value;
    }

    private static void require(boolean fits, String fault) {
        if (!fits) {
            throw new InvalidValueException("bad_json", fault);
        }
    }
}
