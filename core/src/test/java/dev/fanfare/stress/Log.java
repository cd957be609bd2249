package dev.fanfare.stress;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.TopicClosedException;
import dev.fanfare.TopicPattern;
import dev.fanfare.TopicPolicy;
import dev.fanfare.memory.MemoryBackend;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// A topic of its own for each run of a stress test; all share one engine, as in a program.
///
/// Threads: safe.
final class Log {
    private static final int MAX = 1 << 20;
    /// So many topics come and go here that their tombstones must not stay for long.
    private static final TopicPolicy POLICY = new TopicPolicy(
            256, 1 << 20, Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofSeconds(1));

    private static final App APP =
            Broadcaster.builder(MemoryBackend.create()).policy(POLICY).start().app("stress");
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final Topic topic = APP.topic("topic" + NAMES.incrementAndGet());

    /// Returns what became of the event: its offset, or `-` when the topic was closed.
    String publish(Event event) {
        try {
            return Long.toString(topic.publish(event).position().offset());
        } catch (TopicClosedException e) {
            return "-";
        }
    }

    Cursor open(StartAt startAt, Runnable wake) {
        return APP.open(Selection.of(TopicPattern.of(topic.name()), startAt), wake)
                .toCompletableFuture()
                .join();
    }

    /// Returns the offsets that polls deliver until one is empty, `E` for the end, and `!` with its cause for a gap.
    static String read(Cursor cursor) {
        var read = new StringBuilder();
        for (var ready = cursor.poll(MAX); !ready.isEmpty(); ready = cursor.poll(MAX)) {
            ready.forEach(delivery -> read.append(sign(delivery)));
        }
        return read.toString();
    }

    private static String sign(Delivery delivery) {
        if (delivery instanceof Delivery.Gap gap) {
            return "!" + gap.cause();
        }
        return delivery instanceof Delivery.Ended
                ? "E"
                : Long.toString(delivery.position().offset());
    }

    void drop() {
        topic.drop();
    }
}
