package dev.fanfare.redis;

import dev.fanfare.Position;
import dev.fanfare.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Publishers of one topic that publish one event after the other until they are told to stop.
final class Load implements AutoCloseable {
    private final ExecutorService threads;
    private final List<CompletableFuture<List<Position>>> publishers = new ArrayList<>();
    private volatile boolean enough;

    Load(Topic topic, int publishers) {
        this.threads = Executors.newFixedThreadPool(publishers);
        for (int i = 0; i < publishers; i++) {
            int number = i;
            this.publishers.add(CompletableFuture.supplyAsync(() -> publish(topic, number), threads));
        }
    }

    private List<Position> publish(Topic topic, int publisher) {
        List<Position> accepted = new ArrayList<>();
        while (!enough) {
            accepted.add(
                    topic.publish("[" + publisher + "," + accepted.size() + "]").position());
        }
        return accepted;
    }

    /// Ends it, and returns where each event that was accepted stands. Fails if one was not.
    List<Position> stop() {
        enough = true;
        return publishers.stream()
                .flatMap(publisher -> publisher.join().stream())
                .toList();
    }

    @Override
    public void close() {
        enough = true;
        threads.shutdown();
    }
}
