package dev.fanfare.sqlite;

import dev.fanfare.Broadcaster;
import dev.fanfare.UnusableStoreException;
import java.nio.file.Path;

/// A process that opens a file and closes it.
final class ChildOpener {
    private ChildOpener() {}

    /// Prints `open`, or why it was refused.
    ///
    /// @param args the file
    public static void main(String[] args) {
        try {
            Broadcaster.on(SqliteBackend.in(Path.of(args[0]))).close();
            System.out.println("open");
        } catch (UnusableStoreException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
