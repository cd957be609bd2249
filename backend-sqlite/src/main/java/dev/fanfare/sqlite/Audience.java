package dev.fanfare.sqlite;

import dev.fanfare.spi.TopicName;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// All listeners to one file in this process.
///
/// Threads: safe.
final class Audience implements AutoCloseable {
    private final ExecutorService tellers = Executors.newCachedThreadPool(SqliteStore.threads("news"));
    private final Set<News> listeners = ConcurrentHashMap.newKeySet();

    News join() {
        News news = new News(tellers);
        listeners.add(news);
        return news;
    }

    void leave(News news) {
        news.end();
        listeners.remove(news);
    }

    /// Tells whether nothing concerns anybody.
    boolean isIdle() {
        return listeners.stream().allMatch(News::isIdle);
    }

    /// Tells whether news of the topic concern anybody.
    boolean isConcernedBy(TopicName topic) {
        return listeners.stream().anyMatch(news -> news.isConcernedBy(topic));
    }

    boolean reads(TopicName topic) {
        return listeners.stream().anyMatch(news -> news.attached().contains(topic));
    }

    void tell(News.Item item) {
        listeners.forEach(news -> news.tell(item));
    }

    void interrupted(String reason) {
        listeners.forEach(news -> news.interrupted(reason));
    }

    /// The file is there again, or another in its place.
    void resumed() {
        listeners.forEach(News::resumed);
    }

    @Override
    public void close() {
        tellers.shutdown();
    }
}
