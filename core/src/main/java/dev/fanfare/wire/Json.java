package dev.fanfare.wire;

import dev.fanfare.InvalidValueException;
import dev.fanfare.spi.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// JSON as Fanfare reads and writes it: one factory, with its limits, for all.
public final class Json {
    /// How deep arrays and objects may be nested.
    public static final int MAX_DEPTH = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    /// What the parser looks at to find out in which encoding a text is.
    private static final int LOOKED_AT = 4;

    private Json() {}

    public static JsonParser parser(Bytes json) {
        return parser(json.toArray());
    }

    /// Short texts get white space behind them: what looks for the encoding, once HotSpot has compiled it for texts of
    /// three bytes, reads a second byte of a text of one (JDK 17 and 25, Jackson 3.2).
    private static JsonParser parser(byte[] text) {
        byte[] padded = text;
        if (text.length < LOOKED_AT) {
            padded = Arrays.copyOf(text, LOOKED_AT);
            Arrays.fill(padded, text.length, LOOKED_AT, (byte) ' ');
        }
        return FACTORY.createParser(ObjectReadContext.empty(), padded);
    }

    /// Returns what `body` writes.
    public static Bytes write(Consumer<JsonGenerator> body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            body.accept(generator);
        }
        return Bytes.owning(out.toByteArray());
    }

    /// Returns the text as a JSON string.
    public static Bytes string(String text) {
        return write(json -> json.writeString(text));
    }

    /// Checks that `json` is one JSON value in UTF-8, and returns it without the white space around its tokens.
    ///
    /// Numbers and strings stay as they were written. The result holds no line break.
    ///
    /// @throws InvalidValueException `bad_utf8` or `bad_json`, naming the place of the fault
    public static Bytes minify(Bytes json) {
        byte[] text = json.toArray();
        requireUtf8(text);
        requireOneValue(text);
        return Bytes.owning(withoutWhiteSpace(text));
    }

    private static void requireUtf8(byte[] text) {
        if (isAscii(text)) {
            return;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
        } catch (CharacterCodingException malformed) {
            throw new InvalidValueException("bad_utf8", "the message is not valid UTF-8: " + malformed.getMessage());
        }
    }

    private static boolean isAscii(byte[] text) {
        for (byte b : text) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static void requireOneValue(byte[] text) {
        if (text.length > 0 && text[0] == (byte) 0xEF) {
            throw new InvalidValueException(
                    "bad_json", "the message must begin with its JSON, not with a byte order mark");
        }
        if (beginsWithNul(text)) {
            throw new InvalidValueException("bad_json", "the message holds a NUL; send JSON in UTF-8");
        }
        try (JsonParser parser = parser(text)) {
            if (parser.nextToken() == null) {
                throw new InvalidValueException("bad_json", "the message is empty; send a JSON value, at least null");
            }
            parser.skipChildren();
            finish(parser);
            if (parser.nextToken() != null) {
                throw new InvalidValueException("bad_json", "the message holds more than one JSON value" + at(parser));
            }
        } catch (JacksonException fault) {
            throw new InvalidValueException("bad_json", "the message is not JSON: " + Json.describe(fault));
        }
    }

    /// Such a text would be read as UTF-16 or UTF-32, and sent as it is.
    private static boolean beginsWithNul(byte[] text) {
        return text.length > 1 && (text[0] == 0 || text[1] == 0);
    }

    /// Reads the current scalar to its end: the parser is lazy and would not look at it.
    private static void finish(JsonParser parser) {
        if (!parser.currentToken().isStructEnd()) {
            parser.finishToken();
        }
    }

    /// Says what is wrong and where, without the text itself.
    static String describe(JacksonException fault) {
        String place = fault.getLocation() == null
                ? ""
                : " at line " + fault.getLocation().getLineNr() + ", column "
                        + fault.getLocation().getColumnNr();
        return firstLine(fault.getOriginalMessage()) + place;
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
    }

    private static String at(JsonParser parser) {
        return " at column " + parser.currentTokenLocation().getColumnNr();
    }

    private static byte[] withoutWhiteSpace(byte[] text) {
        byte[] kept = new byte[text.length];
        int length = 0;
        boolean inString = false;
        for (int i = 0; i < text.length; i++) {
            byte b = text[i];
            if (inString || !isWhiteSpace(b)) {
                kept[length++] = b;
            }
            if (b == '"') {
                inString = !inString;
            } else if (b == '\\' && inString) {
                kept[length++] = text[++i];
            }
        }
        return length == text.length ? text : Arrays.copyOf(kept, length);
    }

    private static boolean isWhiteSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
