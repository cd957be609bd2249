package dev.fanfare.redis;

import dev.fanfare.spi.Waiting;
import io.lettuce.core.RedisCommandExecutionException;

/// What it means that Redis has not done what it was asked.
enum Fault {
    /// The server has not done it, and will or another will soon.
    NOT_NOW,
    /// The server has not done it, and does not know the script.
    NO_SCRIPT,
    /// The server has not done it: it has no room.
    FULL,
    /// The server has not done it, and will not.
    REFUSED,
    /// No answer: it may have been done.
    UNKNOWN;

    static Fault of(Throwable failure) {
        Throwable cause = Waiting.cause(failure);
        if (!(cause instanceof RedisCommandExecutionException)) {
            return UNKNOWN;
        }
        String message = String.valueOf(cause.getMessage());
        String code = message.split(" ", 2)[0];
        return switch (code) {
            case "NOSCRIPT" -> NO_SCRIPT;
            case "OOM", "MISCONF" -> FULL;
            case "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING", "READONLY", "MASTERDOWN", "NOREPLICAS", "BUSY" ->
                NOT_NOW;
            default -> REFUSED;
        };
    }

    /// Tells whether nobody has answered, or only to say that it cannot just now.
    static boolean isAway(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof RedisCommandExecutionException)) {
            cause = cause.getCause();
        }
        return cause == null || of(cause) == NOT_NOW;
    }

    /// Tells whether the answer means that another server is the one to ask.
    static boolean isElsewhere(Throwable failure) {
        String message = String.valueOf(Waiting.cause(failure).getMessage());
        return message.startsWith("MOVED ") || message.startsWith("READONLY ") || message.startsWith("CLUSTERDOWN ");
    }
}
