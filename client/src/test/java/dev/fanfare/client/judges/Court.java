package dev.fanfare.client.judges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPattern;
import dev.fanfare.client.FaultProxy;
import dev.fanfare.client.FaultProxy.Cut;
import dev.fanfare.client.FaultProxy.Fault;
import dev.fanfare.server.Hub;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// One judge's streams: served by a real hub, through proxies that cut them at random bytes.
///
/// A browser opens six connections to a host at most, so there are several proxies.
///
/// Threads: the proxies' threads plan the cuts and have streams published; all that they share is concurrent.
final class Court implements AutoCloseable {
    private static final int PROXIES = 4;
    /// After so many connections of a stream the next lasts.
    private static final int MOST_CUTS = 6;

    private final Broadcaster broadcaster;
    private final long seed;
    private final List<Cut> cuts;
    private final Map<String, GeneratedStream> streams = new LinkedHashMap<>();
    private final Map<String, AtomicInteger> connections = new ConcurrentHashMap<>();
    private final List<FaultProxy> proxies = new ArrayList<>();
    private final ExecutorService publishing = Executors.newSingleThreadExecutor();

    /// A stream as a judge is told of it.
    ///
    /// @param events how many events it has; 0 when that depends on the start
    /// @param ends how many of its topics end
    record Task(String id, String url, int events, int ends) {}

    /// @param cuts how this judge's streams are cut
    Court(Broadcaster broadcaster, Hub hub, String judge, int count, long seed, List<Cut> cuts) {
        this.broadcaster = broadcaster;
        this.cuts = cuts;
        this.seed = seed;
        for (int number = 0; number < count; number++) {
            String app = judge + "-" + number;
            streams.put(app, GeneratedStream.of(app, number, seed));
        }
        streams.values().stream().filter(stream -> !stream.live()).forEach(this::publish);
        for (int i = 1; i <= PROXIES; i++) {
            proxies.add(new FaultProxy("127.0.0." + i, hub.port(), this::plan));
        }
    }

    List<Task> tasks() {
        List<Task> tasks = new ArrayList<>();
        for (GeneratedStream stream : streams.values()) {
            String proxy = proxies.get(tasks.size() % PROXIES).uri();
            String url = proxy + "/v1/" + stream.app() + "/events?" + stream.query();
            int events = stream.start().equals("snapshot") ? 0 : stream.steps().size();
            tasks.add(new Task(stream.app(), url, events, stream.topics().size()));
        }
        return tasks;
    }

    int cuts() {
        return connections.values().stream().mapToInt(count -> count.get() - 1).sum();
    }

    /// A live stream is published when its reader comes for the first time.
    private Fault plan(String requestLine) {
        String app = requestLine.replaceFirst("^GET /v1/([^/]+)/.*", "$1");
        GeneratedStream stream = streams.get(app);
        int connection =
                connections.computeIfAbsent(app, name -> new AtomicInteger()).incrementAndGet();
        if (connection == 1 && stream.live()) {
            publishing.execute(() -> publish(stream));
        }
        Random random = new Random(seed ^ (app.hashCode() * 1_000_003L + connection));
        if (connection > MOST_CUTS || random.nextInt(4) == 0) {
            return Fault.NONE;
        }
        boolean early = random.nextInt(10) == 0;
        long bytes = early ? random.nextInt(60) : 60 + (long) Math.pow(10, random.nextDouble() * 4.5);
        return Fault.cut(bytes, cuts.get(random.nextInt(cuts.size())));
    }

    private void publish(GeneratedStream stream) {
        stream.publish(broadcaster.app(stream.app()));
    }

    /// Checks all that a judge has read.
    void judge(Map<String, List<Verdict.Read>> results) throws Exception {
        assertThat(results.keySet()).isEqualTo(streams.keySet());
        for (GeneratedStream stream : streams.values()) {
            List<Verdict.Read> read = results.get(stream.app());
            String name = stream.app() + " (seed " + seed + ")";
            Map<String, List<Delivery>> published = published(stream);
            if (stream.isSingle()) {
                Verdict.ofOneTopic(name, published.values().iterator().next(), read);
            } else {
                Verdict.ofSeveralTopics(name, published, read);
            }
        }
    }

    /// Returns what the library itself gives of each topic.
    private Map<String, List<Delivery>> published(GeneratedStream stream) throws Exception {
        Map<String, List<Delivery>> published = new LinkedHashMap<>();
        for (GeneratedStream.Step step : stream.steps()) {
            if (!published.containsKey(step.topic())) {
                published.put(step.topic(), published(stream, step.topic()));
            }
        }
        return published;
    }

    private List<Delivery> published(GeneratedStream stream, String topic) throws Exception {
        StartAt start = stream.start().equals("snapshot") ? StartAt.snapshot() : StartAt.earliest();
        Selection one = Selection.of(TopicPattern.of(topic), start);
        App app = broadcaster.app(stream.app());
        List<Delivery> published = new ArrayList<>();
        try (Cursor cursor = app.open(one, () -> {}).toCompletableFuture().get(10, TimeUnit.SECONDS)) {
            List<Delivery> some = cursor.poll(Integer.MAX_VALUE);
            while (!some.isEmpty()) {
                published.addAll(some);
                some = cursor.poll(Integer.MAX_VALUE);
            }
        }
        return published;
    }

    @Override
    public void close() {
        proxies.forEach(FaultProxy::close);
        publishing.shutdownNow();
    }
}
