package dev.fanfare;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where an event stands in its topic's log, and the place to resume after it.
///
/// To clients a position is opaque: a text that they keep and hand back.
///
/// @param epoch the life of the topic; 0 only in [#NONE]
/// @param offset the event's number in that life, from 1; 0 stands before the first
/// @param tag the low half of the event's random id: tells a log that was set back and grew again from the one it was
public record Position(long epoch, long offset, int tag) {
    /// Before the first event of a topic that does not exist: resumes at the first event of the life that comes.
    public static final Position NONE = new Position(0, 0, 0);

    private static final Pattern FORM = Pattern.compile("([0-9a-z]{1,13})-([0-9a-z]{1,13})-([0-9a-f]{8})");

    public Position {
        if (epoch < 0 || offset < 0) {
            throw new IllegalArgumentException(
                    "epoch (" + epoch + ") and offset (" + offset + ") must not be negative");
        }
        if (epoch == 0 && (offset != 0 || tag != 0)) {
            throw new IllegalArgumentException(
                    "a position without a life must be " + "0-0-00000000, not offset " + offset);
        }
    }

    /// Before the first event of that life.
    static Position beforeFirst(long epoch) {
        return new Position(epoch, 0, 0);
    }

    /// Reads the text form; empty when the text is not one.
    public static Optional<Position> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        try {
            long epoch = Long.parseLong(form.group(1), 36);
            long offset = Long.parseLong(form.group(2), 36);
            return Optional.of(new Position(epoch, offset, Integer.parseUnsignedInt(form.group(3), 16)));
        } catch (IllegalArgumentException tooLargeOrNoLife) {
            return Optional.empty();
        }
    }

    /// Returns the text form, `<epoch>-<offset>-<tag>`.
    @Override
    public String toString() {
        String hex = Integer.toHexString(tag);
        return Long.toString(epoch, 36)
                + '-'
                + Long.toString(offset, 36)
                + '-'
                + "00000000".substring(hex.length())
                + hex;
    }
}
