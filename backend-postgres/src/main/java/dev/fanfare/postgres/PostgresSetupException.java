package dev.fanfare.postgres;

/// The database cannot be used as it is. The message says why, and what to do.
public final class PostgresSetupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PostgresSetupException(Database database, String reason) {
        super("cannot keep topics in " + database + ": " + reason);
    }
}
