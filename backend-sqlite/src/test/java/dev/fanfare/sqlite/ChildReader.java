package dev.fanfare.sqlite;

import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.contract.RecordingSubscriber;
import java.nio.file.Path;

/// A process that reads a topic of a file until it is told to end.
final class ChildReader {
    private ChildReader() {}

    /// Says `reading`, then waits for a line.
    ///
    /// @param args file, topic
    public static void main(String[] args) throws Exception {
        try (Broadcaster broadcaster = Broadcaster.on(SqliteBackend.in(Path.of(args[0])));
                RecordingSubscriber reader = RecordingSubscriber.of(broadcaster.app("shop"), args[1], StartAt.live())) {
            System.out.println("reading");
            System.in.read();
            reader.expectNothing();
        }
    }
}
