package dev.fanfare.sqlite;

import dev.fanfare.spi.Quote;
import java.nio.file.Path;

/// A file that this backend does not use, and why. It has been left as it was.
public final class SqliteFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SqliteFileException(Path path, String reason) {
        super("cannot keep topics in " + Quote.of(path.toString()) + ": " + reason);
    }
}
