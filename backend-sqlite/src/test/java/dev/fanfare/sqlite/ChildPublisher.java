package dev.fanfare.sqlite;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Topic;
import java.nio.file.Path;

/// A process that publishes its number, counted up, to a topic of a file, until it is killed or has reached its end.
final class ChildPublisher {
    private ChildPublisher() {}

    /// Prints the position of each event once it is stored.
    ///
    /// @param args file, topic, how many
    public static void main(String[] args) {
        try (Broadcaster broadcaster = Broadcaster.on(SqliteBackend.in(Path.of(args[0])))) {
            Topic topic = broadcaster.app("shop").topic(args[1]);
            for (int i = 1; i <= Integer.parseInt(args[2]); i++) {
                System.out.println(publish(topic, i));
            }
        }
    }

    private static Position publish(Topic topic, int number) {
        while (true) {
            try {
                return topic.publish(Event.json("" + number)).position();
            } catch (BackendUnavailableException away) {
                Thread.onSpinWait();
            }
        }
    }
}
