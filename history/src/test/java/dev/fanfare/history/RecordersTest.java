package dev.fanfare.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.client.HubClient;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.RecordingPublisher.Outcome;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.server.Hub;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The recorders against a real hub: what they write down passes, and holds all that happened.
@ExtendWith(ThreadLeaks.class)
class RecordersTest {
    private static final String JOB = "$jobs/import";

    @TempDir
    Path folder;

    private Broadcaster engine;
    private Hub hub;
    private HubClient client;
    private App app;
    private History history;
    private SocketReaders sockets;

    @BeforeEach
    void open() {
        engine = Broadcaster.on(MemoryBackend.create());
        hub = Hub.on(engine).port(0).start();
        client = HubClient.connect(URI.create(hub.uri()));
        app = client.app("shop");
        history = new History(folder.resolve("history.jsonl"));
        sockets = new SocketReaders(history, Duration.ofSeconds(20));
    }

    @AfterEach
    void close() {
        sockets.close();
        client.close();
        hub.close();
        engine.close();
        history.close();
    }

    private Reading overClient(String name, Interest interest) {
        return begun(new RecordingReader(history, name, () -> app, interest));
    }

    private Reading overSocket(String name, String... topics) {
        return begun(sockets.read(name, () -> URI.create(hub.uri()), "shop", List.of(topics)));
    }

    private static Reading begun(Reading reading) {
        reading.begun().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        return reading;
    }

    private void awaitDeliveries(int count) throws InterruptedException {
        history.await(
                "delivery " + count,
                Duration.ofSeconds(20),
                entries -> entries.stream().filter(Entry.Saw.class::isInstance).count() >= count);
    }

    /// Waits for the ends of so many topics, each of a reader's; whoever comes back may be told of one again.
    private void awaitEnds(int count) throws InterruptedException {
        history.await("end " + count, Duration.ofSeconds(20), entries -> ends(entries) >= count);
    }

    private static long ends(List<Entry> entries) {
        return entries.stream()
                .filter(Entry.Ended.class::isInstance)
                .map(Entry.Ended.class::cast)
                .map(end -> end.connection().reader() + " " + end.topic())
                .distinct()
                .count();
    }

    @Test
    void readersThatComeBackAgainAndAgainHaveAll() throws Exception {
        RecordingPublisher publisher = new RecordingPublisher(history, "p", () -> app);
        try (Reading first = overClient("client", Interest.in("a", "b"));
                Reading second = overClient("pattern", new Interest(List.of(), List.of("*")));
                Reading third = overSocket("socket", "a", "b")) {
            for (int i = 1; i <= 40; i++) {
                assertThat(publisher.publish("a")).isEqualTo(Outcome.ACKED);
                assertThat(publisher.publish("b")).isEqualTo(Outcome.ACKED);
                List.of(first, second, third).get(i % 3).reconnect();
            }
            awaitDeliveries(240);
            history.add(new Entry.Quiet());
        }
        Verdict verdict = Checker.check(history.entries());
        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.count(Entry.Saw.class)).isEqualTo(240);
        assertThat(verdict.count(Entry.Disconnected.class)).isGreaterThan(10);
    }

    @Test
    void endsOfTopicsAndJobsAreWrittenDownOnce() throws Exception {
        RecordingPublisher publisher = new RecordingPublisher(history, "p", () -> app);
        try (Reading first = overClient("client", Interest.in("a", JOB));
                Reading second = overSocket("socket", "a", JOB)) {
            publisher.publish("a");
            publisher.update(
                    publisher.message(JOB),
                    JobChange.status(JobStatus.PROCESSING).at(0.5),
                    false);
            publisher.publish(publisher.message("a"), event -> event.closing(new CloseReason("done")));
            awaitEnds(2);
            first.reconnect();
            second.reconnect();
            publisher.update(publisher.message(JOB), JobChange.status(JobStatus.COMPLETE), false);
            awaitEnds(4);
            history.add(new Entry.Quiet());
            assertThat(publisher.publish("a")).isEqualTo(Outcome.REFUSED);
        }
        assertThat(Checker.check(history.entries()).violations()).isEmpty();
    }

    @Test
    void aMessageThatIsTriedAgainIsAcknowledgedWhereItIs() {
        RecordingPublisher publisher = new RecordingPublisher(history, "p", () -> app);
        Sending message = publisher.message("a");
        publisher.publish(message, event -> event);
        publisher.publish(message, event -> event);

        Entry.Acked again = (Entry.Acked) history.entries().get(3);
        assertThat(again.duplicate()).isTrue();
        assertThat(Checker.check(history.entries()).violations()).isEmpty();
    }

    @Test
    void whatTheFileHoldsIsJudgedTheSame() throws Exception {
        RecordingPublisher publisher = new RecordingPublisher(history, "p", () -> app);
        try (Reading reader = overClient("client", Interest.in("a"))) {
            assertThat(publisher.publish("a")).isEqualTo(Outcome.ACKED);
            awaitDeliveries(1);
            assertThat(reader.begun()).isCompleted();
        }
        history.close();
        assertThat(History.read(history.file())).isEqualTo(history.entries());
    }
}
