package dev.fanfare.server;

/// The hub could not start. The message says why, and what to do.
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1;

    HubException(String message, Throwable cause) {
        super(message, cause);
    }

    HubException(String message) {
        super(message);
    }
}
