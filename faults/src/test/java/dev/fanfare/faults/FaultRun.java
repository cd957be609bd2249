package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.BroadcastException;
import dev.fanfare.Position;
import dev.fanfare.client.HubClient;
import dev.fanfare.history.Checker;
import dev.fanfare.history.Entry;
import dev.fanfare.history.History;
import dev.fanfare.history.Interest;
import dev.fanfare.history.Reading;
import dev.fanfare.history.RecordingReader;
import dev.fanfare.history.SocketReaders;
import dev.fanfare.history.Verdict;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.HubOptions;
import dev.fanfare.testbed.HubProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/// Hubs on a store, publishers and readers that write down what happens to them, and the judgement of it.
///
/// Threads: confined to the test's.
final class FaultRun implements AutoCloseable {
    static final String APP = "shop";
    /// Longer than anything should take on a machine that is busy with other things.
    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofSeconds(4);

    private final History history;
    private final List<HubProcess> hubs = new ArrayList<>();
    private final List<HubClient> clients = new ArrayList<>();
    private final SocketReaders sockets;
    private final Map<String, Reading> readings = new LinkedHashMap<>();
    private final Map<String, Interest> interests = new LinkedHashMap<>();
    private final List<Publishing> publishers = new ArrayList<>();
    private final List<Working> workers = new ArrayList<>();
    private final Standings standings = new Standings();

    /// Starts so many lively hubs on the store.
    static FaultRun on(TestStore store, int nodes) {
        return new FaultRun(store.folder(), node -> lively(store.uri(node)), nodes);
    }

    /// @param options of each node
    FaultRun(Path folder, IntFunction<HubOptions> options, int nodes) {
        history = new History(folder.resolve("history.jsonl"));
        sockets = new SocketReaders(history, SILENCE);
        try {
            for (int i = 0; i < nodes; i++) {
                HubProcess hub = HubProcess.start(folder, options.apply(i));
                hubs.add(hub);
                clients.add(client(hub.uri()));
            }
        } catch (AssertionError failed) {
            close();
            throw failed;
        }
    }

    /// Returns options of a hub that speaks often, so that its silence is noticed soon, and that keeps all of a run.
    static HubOptions lively(String store) {
        return HubOptions.on(store)
                .with("timing.heartbeat", "1s")
                .with("timing.ping", "1s")
                .with("timing.retry", "100ms")
                .with("history.events", "100000")
                .with("history.bytes", "256MiB");
    }

    static HubClient client(URI hub) {
        return HubClient.builder(hub)
                .silence(SILENCE)
                .longestPause(Duration.ofMillis(500))
                .connect();
    }

    /// Ends a JDK client with its threads, where the JDK can: from Java 21 on.
    static void close(HttpClient http) throws ReflectiveOperationException {
        if (Runtime.version().feature() >= 21) {
            HttpClient.class.getMethod("shutdownNow").invoke(http);
        }
    }

    History history() {
        return history;
    }

    HubProcess hub(int node) {
        return hubs.get(node);
    }

    int nodes() {
        return hubs.size();
    }

    App app(int node) {
        return clients.get(node).app(APP);
    }

    /// Has a reader come back on another connection.
    void reconnect(String name) {
        Optional.ofNullable(readings.get(name)).orElseThrow().reconnect();
    }

    /// Has all readers over the Java client come back on other connections.
    void reconnectClients() {
        readings.values().stream().filter(RecordingReader.class::isInstance).forEach(Reading::reconnect);
    }

    /// @param node which hub to read from, asked at each connection
    Reading readOverClient(String name, IntSupplier node, Interest interest) {
        return begin(name, interest, new RecordingReader(history, name, () -> app(node.getAsInt()), interest));
    }

    Reading readOverSocket(String name, IntSupplier node, List<String> topics) {
        Reading reading = sockets.read(name, () -> hub(node.getAsInt()).uri(), APP, topics);
        return begin(name, new Interest(topics, List.of()), reading);
    }

    private Reading begin(String name, Interest interest, Reading reading) {
        readings.put(name, reading);
        interests.put(name, interest);
        return reading;
    }

    /// Waits until all readers have subscribed.
    void awaitReaders() {
        readings.values()
                .forEach(reading -> reading.begun()
                        .toCompletableFuture()
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join());
    }

    Publishing publish(String name, IntSupplier node, List<String> topics, long seed) {
        Publishing publishing = new Publishing(history, name, () -> app(node.getAsInt()), topics, seed);
        publishers.add(publishing);
        return publishing;
    }

    /// @param jobs the topics of those still to be done, shared by all workers
    void work(String name, IntSupplier node, Queue<String> jobs, long seed) {
        workers.add(new Working(history, name, () -> app(node.getAsInt()), jobs, seed));
    }

    /// Has a reader drawn by chance come back on another connection.
    void reconnectAny(Random random) {
        List<Reading> all = List.copyOf(readings.values());
        all.get(random.nextInt(all.size())).reconnect();
    }

    /// Waits until so many more messages are acknowledged.
    void awaitAcknowledged(long more) {
        long begin = acknowledged();
        await(more + " acknowledgements", () -> acknowledged() >= begin + more);
    }

    private long acknowledged() {
        return publishers.stream().mapToLong(Publishing::acknowledged).sum();
    }

    /// Waits until every reader has been given something after this moment.
    void awaitAllReadersLive(Duration longest) throws InterruptedException {
        int now = history.entries().size();
        history.await(
                "news for every reader",
                longest,
                entries -> standings.follow(entries).allSawSince(now, readings.keySet()));
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end)
                    .as("waited " + PATIENCE + " for " + what)
                    .isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /// Lets the publishers finish, waits until every reader has caught up, and judges.
    Verdict settle() throws InterruptedException {
        publishers.forEach(Publishing::close);
        workers.forEach(Working::close);
        List<Map<String, Entry.Found>> found = new ArrayList<>();
        for (int node = 0; node < nodes(); node++) {
            found.add(find(node));
        }
        boolean caughtUp = haveCaughtUp(found.get(0));
        history.add(new Entry.Quiet());
        found.forEach(topics -> topics.values().forEach(history::add));
        Verdict verdict = Checker.check(history.entries());
        assertThat(verdict.violations())
                .as(() -> verdict + "\nhistory: " + history.file())
                .isEmpty();
        assertThat(caughtUp).as("all readers stand where the hubs do").isTrue();
        return verdict;
    }

    /// If they have not, the checker says who and what.
    private boolean haveCaughtUp(Map<String, Entry.Found> found) throws InterruptedException {
        try {
            history.await(
                    "all readers to catch up",
                    PATIENCE,
                    entries -> standings.follow(entries).haveReached(found, interests));
            return true;
        } catch (AssertionError late) {
            return false;
        }
    }

    private Map<String, Entry.Found> find(int node) {
        Map<String, Entry.Found> found = new HashMap<>();
        history.entries().stream()
                .filter(Entry.Attempted.class::isInstance)
                .map(entry -> ((Entry.Attempted) entry).sending().topic())
                .distinct()
                .forEach(topic -> found.put(topic.name(), find(node, topic)));
        return found;
    }

    private Entry.Found find(int node, TopicName topic) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return topic.isJob() ? findJob(node, topic) : findTopic(node, topic);
            } catch (BroadcastException away) {
                if (System.nanoTime() - end > 0) {
                    throw away;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    private Entry.Found findTopic(int node, TopicName topic) {
        return app(node)
                .topic(topic.name())
                .state()
                .map(state -> new Entry.Found(
                        "hub " + node,
                        topic,
                        state.position(),
                        state.closed().map(reason -> reason.text()),
                        state.snapshot().map(snapshot -> snapshot.position())))
                .orElseGet(() -> none(node, topic));
    }

    private Entry.Found findJob(int node, TopicName topic) {
        return app(node)
                .jobs()
                .state(TopicName.jobId(topic.name()))
                .map(job -> new Entry.Found(
                        "hub " + node,
                        topic,
                        job.position(),
                        Optional.of(job.status().wireName()).filter(status -> job.isEnded()),
                        Optional.of(job.position())))
                .orElseGet(() -> none(node, topic));
    }

    private static Entry.Found none(int node, TopicName topic) {
        return new Entry.Found("hub " + node, topic, Position.NONE, Optional.empty(), Optional.empty());
    }

    @Override
    public void close() {
        publishers.forEach(Publishing::abandon);
        workers.forEach(Working::close);
        readings.values().forEach(Reading::close);
        clients.forEach(HubClient::close);
        sockets.close();
        hubs.forEach(HubProcess::close);
        history.close();
    }
}
