package dev.fanfare.hub;

/// What a command did.
record Ran(int code, String out, String err) {
    Ran {
        out = out.stripTrailing();
        err = err.stripTrailing();
    }
}
