package dev.fanfare.client.judges;

import dev.fanfare.client.judges.Court.Task;
import dev.fanfare.client.judges.Verdict.Read;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;

/// OkHttp's SSE. It reads a stream and leaves coming back to its user, who keeps the last id and sends it as
/// `Last-Event-ID`: that is all of [Reading].
final class OkHttpJudge implements AutoCloseable {
    private static final int AT_ONCE = 64;
    private static final int PAUSE_MILLIS = 20;

    private final OkHttpClient client =
            new OkHttpClient.Builder().readTimeout(0, TimeUnit.SECONDS).build();
    private final ScheduledExecutorService pauses = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, List<Read>> results = new ConcurrentHashMap<>();

    OkHttpJudge() {
        client.dispatcher().setMaxRequests(AT_ONCE);
        client.dispatcher().setMaxRequestsPerHost(AT_ONCE);
    }

    Map<String, List<Read>> read(List<Task> tasks, long seconds) throws InterruptedException {
        CountDownLatch left = new CountDownLatch(tasks.size());
        List<Reading> readings =
                tasks.stream().map(task -> new Reading(task, left)).toList();
        readings.forEach(Reading::connect);
        if (!left.await(seconds, TimeUnit.SECONDS)) {
            List<Reading> unfinished = readings.stream()
                    .filter(reading -> !results.containsKey(reading.task.id()))
                    .toList();
            throw new AssertionError("not read to their end after " + seconds + " s: " + unfinished);
        }
        return results;
    }

    /// Threads: OkHttp calls a listener on one thread at a time, and the next only after the one before has failed.
    private final class Reading extends EventSourceListener {
        private final Task task;
        private final CountDownLatch left;
        private final List<Read> events = new ArrayList<>();
        private final Set<String> positions = new HashSet<>();
        private final Set<String> ended = new HashSet<>();
        private String lastId = "";

        Reading(Task task, CountDownLatch left) {
            this.task = task;
            this.left = left;
        }

        void connect() {
            Request.Builder request = new Request.Builder().url(task.url());
            if (!lastId.isEmpty()) {
                request.header("Last-Event-ID", lastId);
            }
            EventSources.createFactory(client).newEventSource(request.build(), this);
        }

        @Override
        public void onEvent(EventSource source, String id, String type, String data) {
            lastId = id == null ? lastId : id;
            events.add(new Read(type == null ? "message" : type, data, lastId));
            JsonObject object = JsonObject.parse(Bytes.utf8(data));
            if (object.requireText("type").equals("event")) {
                positions.add(object.requireText("topic") + object.requireText("position"));
            } else if (object.requireText("type").equals("end")) {
                ended.add(object.requireText("topic"));
            }
            if (ended.size() == task.ends() && positions.size() >= task.events()) {
                results.put(task.id(), events);
                source.cancel();
            }
        }

        @Override
        public void onClosed(EventSource source) {
            over();
        }

        @Override
        public void onFailure(EventSource source, Throwable failure, Response response) {
            if (response != null && response.code() == 204) {
                events.add(Read.STOPPED);
                results.put(task.id(), events);
            }
            over();
        }

        @Override
        public String toString() {
            return "\n" + task + " " + events.size() + " events, ended: " + ended + ", last: "
                    + (events.isEmpty() ? "" : events.get(events.size() - 1));
        }

        private void over() {
            if (results.containsKey(task.id())) {
                left.countDown();
            } else {
                pauses.schedule(this::connect, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    @Override
    public void close() {
        pauses.shutdownNow();
        client.dispatcher().executorService().shutdownNow();
        client.connectionPool().evictAll();
    }
}
