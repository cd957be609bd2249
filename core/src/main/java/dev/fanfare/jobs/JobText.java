package dev.fanfare.jobs;

import dev.fanfare.InvalidValueException;
import dev.fanfare.RefusedException;
import dev.fanfare.spi.Quote;
import java.nio.charset.StandardCharsets;

/// The texts of a job, its message and its error.
final class JobText {
    static final int MAX_BYTES = 64 << 10;

    /// Short enough for any text to be within the limit in UTF-8.
    private static final int MAX_FITTED_CHARS = MAX_BYTES / 4;

    private JobText() {}

    static String require(String what, String text) {
        if (text.length() > MAX_BYTES / 3 && text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new RefusedException(
                    "body_too_large",
                    "a job's " + what + " may have " + MAX_BYTES + " bytes, shorten " + Quote.of(text));
        }
        if (hasLoneSurrogate(text)) {
            throw new InvalidValueException(
                    "bad_utf8",
                    "the job's " + what + " holds half a surrogate pair, which is no character: " + Quote.of(text));
        }
        return text;
    }

    /// Returns the text cut and mended so that it passes: what a worker says must never be what stops it.
    static String fit(String text) {
        String cut = text.length() <= MAX_FITTED_CHARS ? text : text.substring(0, MAX_FITTED_CHARS - 1) + "…";
        return hasLoneSurrogate(cut) ? mend(cut) : cut;
    }

    /// Returns what a watcher is told of a failure.
    static String of(Throwable failure) {
        String kind = failure.getClass().getSimpleName();
        String text = failure.getMessage();
        return fit(text == null || text.isBlank() ? kind : kind + ": " + text);
    }

    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(JobText::isSurrogate);
    }

    private static String mend(String text) {
        StringBuilder mended = new StringBuilder(text.length());
        text.codePoints().forEach(c -> mended.appendCodePoint(isSurrogate(c) ? 0xFFFD : c));
        return mended.toString();
    }

    private static boolean isSurrogate(int c) {
        return Character.getType(c) == Character.SURROGATE;
    }
}
