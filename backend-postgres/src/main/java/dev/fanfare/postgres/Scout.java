package dev.fanfare.postgres;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Looks up what hints are about, all that have come at once. Of those that cannot be looked up it looks for the heads
/// alone, after a pause: their events may have been too much for one answer.
///
/// Threads: works on a thread of its own.
final class Scout {
    private static final System.Logger LOG = System.getLogger(Scout.class.getName());
    private static final int MOST_AT_ONCE = 500;
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Hints hints;
    private final Reader reader;
    private final News news;
    private final Thread thread = new Thread(this::run, "fanfare-postgres-scout");

    Scout(Hints hints, Reader reader, News news) {
        this.hints = hints;
        this.reader = reader;
        this.news = news;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            for (Map<TopicName, Long> taken = hints.take(); !taken.isEmpty(); taken = hints.take()) {
                lookUp(taken);
            }
        } catch (InterruptedException end) {
            LOG.log(System.Logger.Level.DEBUG, "interrupted");
        }
    }

    private void lookUp(Map<TopicName, Long> all) throws InterruptedException {
        boolean found = true;
        Iterator<Map.Entry<TopicName, Long>> entries = all.entrySet().iterator();
        while (entries.hasNext()) {
            Map<TopicName, Long> some = new LinkedHashMap<>();
            while (entries.hasNext() && some.size() < MOST_AT_ONCE) {
                Map.Entry<TopicName, Long> next = entries.next();
                some.put(next.getKey(), next.getValue());
            }
            found &= lookUpAtOnce(some);
        }
        if (!found) {
            hints.rest(PAUSE);
        }
    }

    /// Tells whether they could be looked up.
    private boolean lookUpAtOnce(Map<TopicName, Long> some) {
        try {
            reader.askHere("looking for news", (views, connection) -> views.news(connection, some))
                    .forEach(news::found);
            return true;
        } catch (BackendUnavailableException away) {
            LOG.log(System.Logger.Level.DEBUG, () -> "looking for news failed: " + away.getMessage());
            some.keySet().forEach(topic -> hints.add(topic, Long.MAX_VALUE));
            return false;
        }
    }

    void close() {
        hints.close();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
