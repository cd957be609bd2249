package dev.fanfare.server;

import dev.fanfare.spi.Quote;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a request asks for: its path, still encoded, and its query, decoded once.
///
/// @param path begins with `/`
record Target(String path, List<Parameter> query) {
    record Parameter(String name, String value) {}

    /// @throws Refusal if an escape or its UTF-8 is malformed
    static Target parse(String uri) {
        int mark = uri.indexOf('?');
        String path = mark < 0 ? uri : uri.substring(0, mark);
        return new Target(path, mark < 0 ? List.of() : parseQuery(uri.substring(mark + 1)));
    }

    /// Returns all values of the parameter, in their order.
    List<String> all(String name) {
        return query.stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(Parameter::value)
                .toList();
    }

    Optional<String> first(String name) {
        return query.stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(Parameter::value)
                .findFirst();
    }

    /// Returns a number from 1 to `most`; `otherwise` when it is not given.
    int number(String name, int otherwise, int most) {
        String text = first(name).orElse(Integer.toString(otherwise));
        int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > most) {
            throw new Refusal(Code.BAD_PARAMETER, name + " must be 1 to " + most + ", not " + Quote.of(text));
        }
        return number;
    }

    /// Returns whether the parameter is true; false when it is not given.
    boolean flag(String name) {
        String text = first(name).orElse("false");
        if (!text.equals("true") && !text.equals("false")) {
            throw new Refusal(Code.BAD_PARAMETER, name + " must be true or false, not " + Quote.of(text));
        }
        return text.equals("true");
    }

    /// Refuses a query that holds anything but these: a misspelt parameter must not be read as none.
    void requireOnly(String... names) {
        for (Parameter parameter : query) {
            if (!List.of(names).contains(parameter.name())) {
                throw new Refusal(
                        Code.BAD_PARAMETER,
                        "unknown parameter " + Quote.of(parameter.name()) + "; known here: "
                                + (names.length == 0 ? "none" : String.join(", ", names)));
            }
        }
    }

    private static List<Parameter> parseQuery(String query) {
        List<Parameter> parameters = new ArrayList<>();
        for (String part : query.split("&", -1)) {
            if (!part.isEmpty()) {
                int equals = part.indexOf('=');
                String name = equals < 0 ? part : part.substring(0, equals);
                String value = equals < 0 ? "" : part.substring(equals + 1);
                parameters.add(new Parameter(decode(name.replace('+', ' ')), decode(value.replace('+', ' '))));
            }
        }
        return List.copyOf(parameters);
    }

    /// Undoes percent-encoding, once.
    static String decode(String encoded) {
        if (encoded.indexOf('%') < 0 && encoded.chars().allMatch(c -> c < 128)) {
            return encoded;
        }
        byte[] bytes = new byte[encoded.length()];
        int length = 0;
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) (hex(encoded, i + 1) << 4 | hex(encoded, i + 2));
                i += 2;
            } else {
                bytes[length++] = (byte) c; // the decoder of the head gives one char for each byte
            }
        }
        return utf8(ByteBuffer.wrap(bytes, 0, length));
    }

    /// Reads a header that may hold UTF-8: the decoder of the head gives one char for each byte.
    static String headerText(String latin) {
        return utf8(ByteBuffer.wrap(latin.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static int hex(String text, int index) {
        int digit = index < text.length() ? Character.digit(text.charAt(index), 16) : -1;
        if (digit < 0) {
            throw new Refusal(Code.BAD_PARAMETER, "the URL holds a % that two hex digits do not follow");
        }
        return digit;
    }

    private static String utf8(ByteBuffer bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException malformed) {
            throw new Refusal(Code.BAD_UTF8, "the URL or a header holds bytes that are not UTF-8");
        }
    }
}
