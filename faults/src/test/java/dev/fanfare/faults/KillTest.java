package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery.Cause;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Interest;
import dev.fanfare.history.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// R01: the hub is killed while messages are published with idempotency keys, and started again at once.
@ExtendWith(ThreadLeaks.class)
@Timeout(1_800)
class KillTest {
    private static final int KILLS = Scale.rounds(3, 20);
    private static final int READERS = 10; // of each kind
    private static final List<String> TOPICS =
            IntStream.range(0, 10).mapToObj(i -> "orders/" + i).toList();
    private static final Duration LIVE_AGAIN = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    static List<TestStore.Kind> all() {
        return TestStore.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void nothingAcknowledgedIsLostInSilenceOrStoredTwice(TestStore.Kind kind) throws Exception {
        try (TestStore store = kind.open(folder);
                FaultRun run = FaultRun.on(store, 1)) {
            begin(run);
            for (int kill = 0; kill < KILLS; kill++) {
                run.awaitAcknowledged(200);
                run.awaitAllReadersLive(FaultRun.PATIENCE);
                run.hub(0).kill();
                run.hub(0).restart();
                run.hub(0).awaitReady();
                run.awaitAllReadersLive(LIVE_AGAIN);
            }
            run.awaitAcknowledged(200);
            Verdict verdict = run.settle();
            assertGaps(kind, verdict);
        }
    }

    private static void begin(FaultRun run) {
        for (int i = 0; i < READERS; i++) {
            List<String> two = List.of(TOPICS.get(i), TOPICS.get((i + 3) % TOPICS.size()));
            run.readOverClient("client-" + i, () -> 0, new Interest(two, List.of()));
            run.readOverSocket("socket-" + i, () -> 0, two);
        }
        run.awaitReaders();
        for (int i = 0; i < 3; i++) {
            run.publish("publisher-" + i, () -> 0, TOPICS, i);
        }
    }

    /// What a durable store has acknowledged, readers get without a gap. With memory each is told once for each
    /// kill and topic.
    private static void assertGaps(TestStore.Kind kind, Verdict verdict) {
        if (kind.isDurable()) {
            assertThat(verdict.gapsByCause()).isEmpty();
        } else {
            long each = 2L * KILLS;
            assertThat(verdict.gapsByCause()).isEqualTo(Map.of(Cause.EPOCH, 2 * READERS * each));
            assertThat(verdict.gapsByReader().values()).containsOnly(each);
        }
    }
}
