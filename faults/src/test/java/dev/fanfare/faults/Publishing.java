package dev.fanfare.faults;

import dev.fanfare.App;
import dev.fanfare.Event;
import dev.fanfare.history.History;
import dev.fanfare.history.RecordingPublisher;
import dev.fanfare.history.RecordingPublisher.Outcome;
import dev.fanfare.history.Sending;
import dev.fanfare.spi.TopicName;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// A publisher that goes on until it is told to stop: each message, to a topic drawn by chance, is tried with the same
/// idempotency key until it is acknowledged.
///
/// Threads: safe; a thread of its own publishes.
final class Publishing implements AutoCloseable {
    private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int SNAPSHOT_EVERY = 10;

    private final RecordingPublisher publisher;
    private final String app;
    private final List<String> topics;
    private final Random random;
    private final AtomicLong acknowledged = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile boolean abandoned;

    Publishing(History history, String name, Supplier<App> app, List<String> topics, long seed) {
        this.publisher = new RecordingPublisher(history, name, app);
        this.app = app.get().name();
        this.topics = topics;
        this.random = new Random(seed);
        this.thread = new Thread(this::run, "publisher " + name);
        thread.start();
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /// Returns all that it may publish to.
    List<TopicName> topics() {
        return topics.stream().map(topic -> new TopicName(app, topic)).toList();
    }

    private void run() {
        while (!stopped) {
            publish(publisher.message(topics.get(random.nextInt(topics.size()))));
            LockSupport.parkNanos(BETWEEN_NANOS);
        }
    }

    /// Now and then one becomes what latecomers get, however often it is tried.
    private void publish(Sending message) {
        boolean snapshot = random.nextInt(SNAPSHOT_EVERY) == 0;
        UnaryOperator<Event> form = event -> snapshot ? event.asSnapshot() : event;
        while (!abandoned && publisher.publish(message, form) != Outcome.ACKED) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        acknowledged.incrementAndGet();
    }

    /// Stops without an acknowledgement for the message under way.
    void abandon() {
        abandoned = true;
        close();
    }

    /// Stops once the message under way is acknowledged, and waits for that.
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " got no acknowledgement");
        }
    }
}
