package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/// Threads that publish to one topic until they are told to stop, without a second try, and know what they were told.
///
/// Threads: confined to a test, but for the counting.
final class Publishers {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final App app;
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Semaphore successes = new Semaphore(0);
    private final List<CompletableFuture<Void>> threads = new ArrayList<>();
    private volatile boolean stopped;

    private Publishers(App app) {
        this.app = app;
    }

    static Publishers start(App app, int count) {
        Publishers publishers = new Publishers(app);
        for (int i = 0; i < count; i++) {
            String name = "" + i;
            CompletableFuture<Void> done = new CompletableFuture<>();
            publishers.threads.add(done);
            Thread thread = new Thread(() -> {
                publishers.publish(name);
                done.complete(null);
            });
            thread.setDaemon(true);
            thread.start();
        }
        return publishers;
    }

    private void publish(String name) {
        for (int i = 0; !stopped; i++) {
            String message = "\"" + name + "-" + i + "\"";
            try {
                app.topic("orders").publish(Event.json(message));
                accepted.add(message);
                successes.release();
            } catch (BackendUnavailableException away) {
                if (!away.mayBeStored()) {
                    refused.add(message);
                }
            }
        }
    }

    /// Waits until so many more events have been accepted.
    void awaitSuccesses(int count) throws InterruptedException {
        successes.drainPermits();
        successes.acquire(count);
    }

    /// Stops, and checks that the topic holds what was accepted, each once, and nothing that was refused.
    void stopAndCheck() {
        stopped = true;
        threads.forEach(CompletableFuture::join);
        List<String> found = new ArrayList<>();
        long head =
                patiently(app.topic("orders")::state).orElseThrow().position().offset();
        try (Subscription<Delivery> reader = patiently(() -> app.subscribe("orders", StartAt.earliest()))) {
            while (found.size() < head) {
                Delivery next = reader.next(PATIENCE).orElseThrow();
                assertThat(next.position().offset()).isEqualTo(found.size() + 1);
                found.add(((Received) next).message());
            }
        }
        assertThat(found).doesNotHaveDuplicates().containsAll(accepted);
        assertThat(refused).doesNotContainAnyElementsOf(found);
    }

    /// Returns what there is once the store can be asked: it may just have been cut off.
    private static <T> T patiently(Supplier<T> asking) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return asking.get();
            } catch (BackendUnavailableException away) {
                assertThat(System.nanoTime()).as("away for too long: %s", away).isLessThan(end);
            }
        }
    }
}
