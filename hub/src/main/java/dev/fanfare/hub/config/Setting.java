package dev.fanfare.hub.config;

import java.util.Locale;

/// One setting: the same key names it in the file, in the environment and as a flag.
///
/// @param key as `limits.body`
/// @param byDefault the text that counts when nobody sets it; empty when there is no value then
public record Setting<T>(String key, Type<T> type, String byDefault, String description) {
    /// Returns the flag, as `--limits.body`.
    public String flag() {
        return "--" + key;
    }

    /// Returns the environment's variable, as `FANFARE_LIMITS_BODY`.
    public String variable() {
        return "FANFARE_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
