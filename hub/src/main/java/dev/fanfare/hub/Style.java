package dev.fanfare.hub;

/// Colours for a terminal, or none.
enum Style {
    PLAIN {
        @Override
        String wrap(String codes, String text) {
            return text;
        }
    },
    COLOURED {
        @Override
        String wrap(String codes, String text) {
            return "\u001b[" + codes + "m" + text + "\u001b[0m";
        }
    };

    static Style of(Shell shell) {
        return shell.isColoured() ? COLOURED : PLAIN;
    }

    abstract String wrap(String codes, String text);

    String dim(String text) {
        return wrap("2", text);
    }

    String bold(String text) {
        return wrap("1", text);
    }

    String green(String text) {
        return wrap("32", text);
    }

    String red(String text) {
        return wrap("31", text);
    }

    String yellow(String text) {
        return wrap("33", text);
    }

    String cyan(String text) {
        return wrap("36", text);
    }
}
