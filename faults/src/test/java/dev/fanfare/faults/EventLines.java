package dev.fanfare.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// An event stream as it comes over the wire, line by line, heartbeats and all.
///
/// Threads: confined to the test's; a thread of its own reads.
final class EventLines implements AutoCloseable {
    /// Stands for the end of the stream.
    private static final String END = "(the stream is over)";

    private final Socket socket;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread thread;

    private EventLines(Socket socket) {
        this.socket = socket;
        this.thread = new Thread(this::read, "event-lines");
    }

    /// Opens the stream of a topic and waits until it is subscribed.
    static EventLines of(URI hub, String topic) throws Exception {
        return of(hub, topic, "");
    }

    /// Opens it as somebody does who has seen it before.
    ///
    /// @param lastEventId what the reader says that it has seen last; empty for nothing
    static EventLines of(URI hub, String topic, String lastEventId) throws Exception {
        Socket socket = new Socket(hub.getHost(), hub.getPort());
        String request = "GET /v1/" + FaultRun.APP + "/events?topic=" + topic + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + (lastEventId.isEmpty() ? "" : "Last-Event-ID: " + lastEventId + "\r\n") + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        EventLines lines = new EventLines(socket);
        lines.thread.start();
        lines.await("event: subscribed", FaultRun.PATIENCE);
        return lines;
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException cut) {
            // told by the end
        }
        lines.add(END);
    }

    /// Waits for a line that begins so, and returns it. Lines before it are passed over.
    String await(String begin, Duration longest) throws InterruptedException {
        return await("a line " + begin, longest, line -> line.startsWith(begin));
    }

    /// Waits for a line that holds the text, and returns all lines up to that.
    List<String> upTo(String text, Duration longest) throws InterruptedException {
        List<String> all = new ArrayList<>();
        await("a line with " + text, longest, line -> {
            all.add(line);
            return line.contains(text);
        });
        return all;
    }

    /// Waits for a heartbeat.
    void awaitHeartbeat(Duration longest) throws InterruptedException {
        await("a heartbeat", longest, line -> line.startsWith(":"));
    }

    /// Waits until nothing has come for that long.
    void awaitSilence(Duration length) throws InterruptedException {
        String line = "";
        while (line != null) {
            line = lines.poll(length.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// Passes over all that has come until now.
    void passOver() {
        lines.clear();
    }

    /// Counts the heartbeats up to a time from now: those that have come since the last look, too.
    int heartbeatsWithin(Duration length) throws InterruptedException {
        int heartbeats = 0;
        long end = System.nanoTime() + length.toNanos();
        for (String line = poll(end); line != null; line = poll(end)) {
            heartbeats += line.startsWith(":") ? 1 : 0;
        }
        return heartbeats;
    }

    private @Nullable String poll(long end) throws InterruptedException {
        return lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private String await(String what, Duration longest, Predicate<String> wanted) throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        while (true) {
            String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null || line.equals(END)) {
                throw new AssertionError("waited for " + what + ": " + (line == null ? "nothing in " + longest : line));
            }
            if (wanted.test(line)) {
                return line;
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            thread.join();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
