package dev.fanfare.spi;

/// Foreign text as it may appear in a message to a person: quoted, escaped, cut.
public final class Quote {
    private static final int LONGEST = 80;

    private Quote() {}

    public static String of(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().limit(LONGEST).forEach(c -> append(quoted, c));
        return quoted.append(text.length() > LONGEST ? "…\"" : "\"").toString();
    }

    private static void append(StringBuilder quoted, int c) {
        if (c == '"' || c == '\\') {
            quoted.append('\\').append((char) c);
        } else if (isPlain(c)) {
            quoted.appendCodePoint(c);
        } else {
            quoted.append(String.format("\\u%04x", c));
        }
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
