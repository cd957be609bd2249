package dev.fanfare.history;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/// Makes readers over WebSocket, which share an HTTP client and a timer.
///
/// Threads: safe.
public final class SocketReaders implements AutoCloseable {
    private final History history;
    private final Duration silence;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "socket-readers"));

    /// @param silence after how long without a word a connection is taken for broken
    public SocketReaders(History history, Duration silence) {
        this.history = history;
        this.silence = silence;
    }

    /// Starts a reader.
    ///
    /// @param hub where to read, asked at each connection, as `http://127.0.0.1:7780`
    public Reading read(String name, Supplier<URI> hub, String app, List<String> topics) {
        SocketReader reader = new SocketReader(this, hub, topics, new Recorder(history, name, app));
        reader.connect();
        return reader;
    }

    HttpClient http() {
        return http;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    Duration silence() {
        return silence;
    }

    /// Gives back what the readers share; they must be closed before. Before Java 21 an HTTP client cannot be
    /// ended: its thread goes once nobody holds it any more.
    @Override
    public void close() {
        timer.shutdownNow();
        try {
            HttpClient.class.getMethod("shutdownNow").invoke(http);
        } catch (NoSuchMethodException olderJava) {
            // see above
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
