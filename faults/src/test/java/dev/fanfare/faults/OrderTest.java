package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Entry;
import dev.fanfare.history.RecordingPublisher;
import dev.fanfare.history.RecordingPublisher.Outcome;
import dev.fanfare.history.Sending;
import dev.fanfare.history.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// R21: three publishers at three hubs on one store make one order, the same for readers at all three.
@ExtendWith(ThreadLeaks.class)
@Timeout(1_800)
class OrderTest {
    private static final int NODES = 3;
    private static final int EVENTS = Scale.rounds(1_500, 30_000);

    @TempDir
    Path folder;

    static List<TestStore.Kind> durable() {
        return TestStore.durable();
    }

    @ParameterizedTest
    @MethodSource("durable")
    void readersAtAllHubsSeeTheOrderOfAllPublishers(TestStore.Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(NODES);
        try (TestStore store = kind.open(folder);
                FaultRun run = FaultRun.on(store, NODES)) {
            for (int i = 0; i < NODES; i++) {
                int node = i;
                run.readOverSocket("socket-" + i, () -> node, List.of("orders"));
            }
            run.awaitReaders();
            CompletableFuture.allOf(IntStream.range(0, NODES)
                            .mapToObj(node -> CompletableFuture.runAsync(() -> publish(run, node), threads))
                            .toArray(CompletableFuture[]::new))
                    .get();
            Verdict verdict = run.settle();
            assertThat(verdict.count(Entry.Acked.class)).isEqualTo(EVENTS);
            assertThat(verdict.count(Entry.Saw.class)).isEqualTo((long) NODES * EVENTS);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void publish(FaultRun run, int node) {
        var publisher = new RecordingPublisher(run.history(), "publisher-" + node, () -> run.app(node));
        for (int i = 0; i < EVENTS / NODES; i++) {
            Sending message = publisher.message("orders");
            while (publisher.publish(message, event -> event) != Outcome.ACKED) {
                // a machine that is busy answers late: again, with the same key
            }
        }
    }
}
