package dev.fanfare.postgres;

import dev.fanfare.spi.Append;
import dev.fanfare.spi.Outbox;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The idempotency key that names a row of the outbox: an append with it takes that row out.
final class OutboxKey {
    private static final Pattern KEY = Pattern.compile(Pattern.quote(Outbox.KEY_PREFIX) + "([0-9a-f]{1,16})");

    private OutboxKey() {}

    static String of(long id) {
        return Outbox.KEY_PREFIX + Long.toHexString(id);
    }

    static boolean isOn(Append append) {
        return id(append) != null;
    }

    static @Nullable Long id(Append append) {
        String key = append.idempotencyKey();
        return key == null ? null : id(key);
    }

    /// Returns the id of the row; null if it is another key.
    static @Nullable Long id(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() ? Long.valueOf(Long.parseUnsignedLong(matcher.group(1), 16)) : null;
    }
}
