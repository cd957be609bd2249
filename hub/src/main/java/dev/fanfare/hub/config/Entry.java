package dev.fanfare.hub.config;

/// What one source says of one key.
///
/// @param origin where it says so: `--port`, `FANFARE_PORT` or `fanfare.yaml:3`
record Entry(String key, String text, String origin) {
    static Entry ofFlag(String key, String text) {
        return new Entry(key, text, "--" + key);
    }

    boolean isFlag() {
        return origin.startsWith("--");
    }

    /// Begins a sentence about this entry: a flag or a variable says its key, a line of a file does not.
    String subject() {
        return origin.contains(":") ? origin + ": " + key : origin;
    }
}
