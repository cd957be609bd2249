package dev.fanfare.hub;

import java.util.Arrays;

/// Text measured in a terminal's columns.
final class Columns {
    private static final int[][] WIDE = {
        {0x1100, 0x115f},
        {0x2e80, 0xa4cf},
        {0xac00, 0xd7a3},
        {0xf900, 0xfaff},
        {0xfe30, 0xfe6f},
        {0xff00, 0xff60},
        {0x1f300, 0x1faff},
        {0x20000, 0x3fffd}
    };

    private Columns() {}

    static int of(String text) {
        return text.codePoints().map(Columns::of).sum();
    }

    /// East Asian wide characters and pictures take two columns, accents that join the letter before none.
    private static int of(int c) {
        if (Character.getType(c) == Character.NON_SPACING_MARK) {
            return 0;
        }
        return Arrays.stream(WIDE).anyMatch(range -> range[0] <= c && c <= range[1]) ? 2 : 1;
    }

    /// Shortens the text to at most that many columns; an ellipsis stands for what is left out.
    static String clip(String text, int columns) {
        if (of(text) <= columns) {
            return text;
        }
        StringBuilder clipped = new StringBuilder();
        int room = columns - 1;
        for (int c : text.codePoints().toArray()) {
            room -= of(c);
            if (room < 0) {
                break;
            }
            clipped.appendCodePoint(c);
        }
        return columns <= 0 ? "" : clipped.append('…').toString();
    }

    /// Fills the text up with blanks to that many columns, after clipping it.
    static String fit(String text, int columns) {
        String clipped = clip(text, columns);
        return clipped + " ".repeat(Math.max(0, columns - of(clipped)));
    }
}
