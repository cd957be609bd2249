package dev.fanfare.sqlite;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Topic;
import java.nio.file.Path;

/// A process that publishes numbers, counted up, to a topic of a file, until it is killed or has reached its end.
final class ChildPublisher {
    private ChildPublisher() {}

    /// Prints the position of each event once it is stored.
    ///
    /// @param args file, topic, first number, last number
    public static void main(String[] args) {
        try (Broadcaster broadcaster = Broadcaster.builder(SqliteBackend.in(Path.of(args[0])))
                .policy(ProcessesTest.LARGE)
                .start()) {
            Topic topic = broadcaster.app("shop").topic(args[1]);
            for (int i = Integer.parseInt(args[2]); i <= Integer.parseInt(args[3]); i++) {
                System.out.println(publish(topic, i));
            }
        }
    }

    private static Position publish(Topic topic, int number) {
        Event event = Event.json("" + number)
                .withIdempotencyKey(ProcessHandle.current().pid() + "/" + number);
        while (true) {
            try {
                return topic.publish(event).position();
            } catch (BackendUnavailableException away) {
                Thread.onSpinWait();
            }
        }
    }
}
