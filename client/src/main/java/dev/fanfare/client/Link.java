package dev.fanfare.client;

import dev.fanfare.spi.Clock;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// What everything of a client shares: its connections, its threads, what it knows of the hub's health.
///
/// Threads: safe.
final class Link {
    private static final int MOST_THREADS = 4;
    private static final int IDLE_SECONDS = 5;

    private final Settings settings;
    private final ThreadPoolExecutor executor;
    private final HttpClient http;
    private final HubHealth health;
    private final HubCalls calls;
    private final Set<RemoteCursor> cursors = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Link(URI hub, Settings settings) {
        this.settings = settings;
        this.executor = executor();
        this.health = new HubHealth(executor);
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.timeout())
                .executor(executor)
                .build();
        this.calls = new HubCalls(hub, http, settings, health);
    }

    /// A few threads that are there only while there is something to do. What comes after the end is of no use.
    private static ThreadPoolExecutor executor() {
        int threads = Math.min(MOST_THREADS, Math.max(2, Runtime.getRuntime().availableProcessors()));
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Link::thread,
                new ThreadPoolExecutor.DiscardPolicy());
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "fanfare-client");
        thread.setDaemon(true);
        return thread;
    }

    Settings settings() {
        return settings;
    }

    Clock clock() {
        return settings.clock();
    }

    HubHealth health() {
        return health;
    }

    HubCalls calls() {
        return calls;
    }

    boolean isClosed() {
        return closed;
    }

    /// @throws IllegalStateException if the client is closed
    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the hub's client is closed");
        }
    }

    void opened(RemoteCursor cursor) {
        cursors.add(cursor);
        if (closed) {
            cursor.close();
        }
    }

    void closed(RemoteCursor cursor) {
        cursors.remove(cursor);
    }

    void close() {
        closed = true;
        cursors.forEach(RemoteCursor::end);
        shutDown(http);
        executor.shutdown();
    }

    /// From Java 21 on a client can be ended, with all that is under way. Before that its one thread goes by itself,
    /// once nobody holds the client any more.
    private static void shutDown(HttpClient http) {
        try {
            HttpClient.class.getMethod("shutdownNow").invoke(http);
        } catch (NoSuchMethodException olderJava) {
            // see above
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
