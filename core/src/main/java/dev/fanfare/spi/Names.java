package dev.fanfare.spi;

import dev.fanfare.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The grammar of names, in one place: what passes here needs no cleaning on any wire, in any log or store.
public final class Names {
    public static final int MAX_TOPIC_BYTES = 255;
    public static final int MAX_JOB_ID_BYTES = 200;
    public static final int MAX_LINE_BYTES = 128;

    private static final Pattern APP = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    /// Names of SSE events that the hub itself sends, or that `EventSource` fires.
    private static final Set<String> RESERVED_EVENTS =
            Set.of("subscribed", "gap", "end", "degraded", "recovered", "refused", "error", "open", "message");

    private Names() {}

    public static String requireApp(String app) {
        if (!APP.matcher(app).matches()) {
            throw new InvalidValueException(
                    "bad_app", "app must be 1 to 64 of A-Z a-z 0-9 . _ -, not " + Quote.of(app));
        }
        return app;
    }

    /// Checks a name that a user gives to a topic: those that begin with `$` are Fanfare's own.
    public static String requireTopic(String topic) {
        if (topic.startsWith("$")) {
            throw new InvalidValueException(
                    "bad_topic",
                    "topics that begin with $ belong to Fanfare, choose another name than " + Quote.of(topic));
        }
        return requirePath("bad_topic", "topic", topic, MAX_TOPIC_BYTES);
    }

    public static String requireJobId(String id) {
        return requirePath("bad_job_id", "job id", id, MAX_JOB_ID_BYTES);
    }

    public static String requireEventName(String name) {
        if (RESERVED_EVENTS.contains(name)) {
            throw new InvalidValueException(
                    "bad_event_name", "event name " + Quote.of(name) + " belongs to Fanfare, choose another");
        }
        return requireLine("bad_event_name", "event name", name);
    }

    /// Checks one line of 1 to 128 bytes without control characters.
    public static String requireLine(String code, String what, String line) {
        int bytes = utf8Length(line);
        if (bytes < 1 || bytes > MAX_LINE_BYTES || line.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidValueException(
                    code,
                    what + " must be one line of 1 to " + MAX_LINE_BYTES + " bytes without control characters, not "
                            + Quote.of(line));
        }
        return line;
    }

    static String requirePath(String code, String what, String path, int maxBytes) {
        int bytes = utf8Length(path);
        if (bytes < 1 || bytes > maxBytes) {
            throw new InvalidValueException(
                    code, what + " must be 1 to " + maxBytes + " bytes of UTF-8, not " + Quote.of(path));
        }
        String fault = fault(path);
        if (fault != null) {
            throw new InvalidValueException(code, what + " " + Quote.of(path) + " " + fault);
        }
        return path;
    }

    private static @Nullable String fault(String path) {
        if (path.chars().anyMatch(c -> c == '*' || c == '+' || c == '#')) {
            return "must not contain * + #";
        }
        if (path.codePoints().anyMatch(Names::isInvisible)) {
            return "must not contain control or format characters";
        }
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return "must have no empty segment, and none that is . or ..";
            }
        }
        return isAscii(path) || Normalizer.isNormalized(path, Normalizer.Form.NFC)
                ? null
                : "must be in Unicode form NFC";
    }

    private static boolean isInvisible(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
