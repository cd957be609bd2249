package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/// Hubs on a store, publishers and readers that write down what happens to them, and the judgement of it.
///
/// Threads: confined to the test's.
final class FaultRun implements AutoCloseable {
    static final String APP = "shop";
    /// Longer than anything should take on a machine that is busy with other things.
    static final Duration PATIENCE = Duration.ofSeconds(30);
    /// After which readers take a connection for broken.
    static final Duration SILENCE = Duration.ofSeconds(4);
    /// Much less than the 20 seconds in which a hub finds by itself what it was not told of, so that one that hears
    /// nothing any more is found out.
    private static final Duration PROMPT = Duration.ofSeconds(5);

    private final History history;
    private final List<HubProcess> hubs = new ArrayList<>();
    private final List<HubClient> clients = new ArrayList<>();
    private final SocketReaders sockets;
    private final Map<String, Reader> readers = new LinkedHashMap<>();
    private final List<Publishing> publishers = new ArrayList<>();
    private final List<Working> workers = new ArrayList<>();
    private final Standings standings = new Standings();

    /// One reader, and what it reads of which app.
    private record Reader(Reading reading, String app, Interest interest) {
        boolean reads(TopicName topic) {
            return app.equals(topic.app()) && interest.covers(topic.name());
        }
    }

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
        return app(node, APP);
    }

    App app(int node, String app) {
        return clients.get(node).app(app);
    }

    /// Has a reader that is connected come back on another connection.
    void reconnect(String name) throws InterruptedException {
        history.await(
                name + " to be connected",
                PATIENCE,
                entries -> standings.follow(entries).isConnected(name));
        Optional.ofNullable(readers.get(name)).orElseThrow().reading.reconnect();
    }

    /// Has a reader leave for good. What it has been given is judged all the same.
    void leave(String name) {
        Optional.ofNullable(readers.remove(name)).orElseThrow().reading.close();
    }

    /// @param node which hub to read from, asked at each connection
    Reading readOverClient(String name, IntSupplier node, Interest interest) {
        return readOverClient(APP, name, node, interest);
    }

    Reading readOverClient(String app, String name, IntSupplier node, Interest interest) {
        Reading reading = new RecordingReader(history, name, () -> app(node.getAsInt(), app), interest);
        readers.put(name, new Reader(reading, app, interest));
        return reading;
    }

    /// Starts a reader over a client that goes to the hubs by a way of its own.
    void readOver(HubClient client, String name, Interest interest) {
        Reading reading = new RecordingReader(history, name, () -> client.app(APP), interest);
        readers.put(name, new Reader(reading, APP, interest));
    }

    Reading readOverSocket(String name, IntSupplier node, List<String> topics) {
        return readOverSocket(APP, name, node, topics);
    }

    Reading readOverSocket(String app, String name, IntSupplier node, List<String> topics) {
        Reading reading = sockets.read(name, () -> hub(node.getAsInt()).uri(), app, topics);
        readers.put(name, new Reader(reading, app, new Interest(topics, List.of())));
        return reading;
    }

    /// Waits until all readers have subscribed.
    void awaitReaders() {
        readers.values()
                .forEach(reader -> reader.reading
                        .begun()
                        .toCompletableFuture()
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join());
    }

    Publishing publish(String name, IntSupplier node, List<String> topics, long seed) {
        return publish(APP, name, node, topics, seed);
    }

    Publishing publish(String app, String name, IntSupplier node, List<String> topics, long seed) {
        Publishing publishing = new Publishing(history, name, () -> app(node.getAsInt(), app), topics, seed);
        publishers.add(publishing);
        return publishing;
    }

    /// @param jobs the topics of those still to be done, shared by all workers
    void work(String name, IntSupplier node, Queue<String> jobs, long seed) {
        work(APP, name, node, jobs, seed);
    }

    void work(String app, String name, IntSupplier node, Queue<String> jobs, long seed) {
        workers.add(new Working(history, name, () -> app(node.getAsInt(), app), jobs, seed));
    }

    /// Has a reader drawn by chance come back on another connection.
    void reconnectAny(Random random) {
        List<Reader> all = List.copyOf(readers.values());
        all.get(random.nextInt(all.size())).reading.reconnect();
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
                entries -> standings.follow(entries).allSawSince(now, readers.keySet()));
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

    /// Lets the publishers finish, waits until every reader has caught up and hears at once of what is new, has
    /// latecomers read, and judges.
    Verdict settle() throws InterruptedException {
        publishers.forEach(Publishing::close);
        workers.forEach(Working::close);
        Set<TopicName> published = new LinkedHashSet<>();
        publishers.forEach(publishing -> published.addAll(publishing.topics()));
        Aftermath aftermath = new Aftermath(this, standings);
        aftermath.awaitHeard(published, reads(), PATIENCE);
        aftermath.awaitHeard(published, reads(), PROMPT);
        List<List<Entry.Found>> found = new ArrayList<>();
        for (int node = 0; node < nodes(); node++) {
            found.add(find(node));
        }
        boolean caughtUp = haveCaughtUp(found.get(0));
        history.add(new Entry.Quiet());
        found.forEach(topics -> topics.forEach(history::add));
        aftermath.awaitSnapshots(found.get(0));
        Verdict verdict = Checker.check(history.entries());
        assertThat(verdict.violations())
                .as(() -> verdict + "\nhistory: " + history.file())
                .isEmpty();
        assertThat(caughtUp).as("all readers stand where the hubs do").isTrue();
        return verdict;
    }

    private Map<String, Predicate<TopicName>> reads() {
        Map<String, Predicate<TopicName>> reads = new HashMap<>();
        readers.forEach((name, reader) -> reads.put(name, reader::reads));
        return reads;
    }

    /// If they have not, the checker says who and what.
    private boolean haveCaughtUp(List<Entry.Found> found) throws InterruptedException {
        Map<String, Predicate<TopicName>> reads = reads();
        try {
            history.await(
                    "all readers to catch up",
                    PATIENCE,
                    entries -> standings.follow(entries).haveReached(found, reads));
            return true;
        } catch (AssertionError late) {
            return false;
        }
    }

    /// Asks a hub for all that anybody has published to.
    private List<Entry.Found> find(int node) {
        Answers answers = new Answers("hub " + node, app -> app(node, app));
        return history.entries().stream()
                .filter(Entry.Attempted.class::isInstance)
                .map(entry -> ((Entry.Attempted) entry).sending().topic())
                .distinct()
                .map(topic -> answers.find(topic, PATIENCE))
                .toList();
    }

    @Override
    public void close() {
        publishers.forEach(Publishing::abandon);
        workers.forEach(Working::close);
        readers.values().forEach(reader -> reader.reading.close());
        clients.forEach(HubClient::close);
        sockets.close();
        hubs.forEach(HubProcess::close);
        history.close();
    }
}
