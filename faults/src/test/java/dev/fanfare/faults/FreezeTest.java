package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Interest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// R03: a hub is frozen, as a machine that swaps or is moved. Its readers notice the silence and go elsewhere; when
/// it goes on, it does not make good all it could not do meanwhile at once.
@ExtendWith(ThreadLeaks.class)
@Timeout(300)
class FreezeTest {
    private static final int READERS = 5; // of each kind
    private static final List<String> TOPICS =
            IntStream.range(0, 5).mapToObj(i -> "orders/" + i).toList();
    /// Two beats of a second and one more, and what it takes to come back.
    private static final Duration ELSEWHERE = Duration.ofSeconds(3).plusSeconds(7);

    @TempDir
    Path folder;

    static List<TestStore.Kind> durable() {
        return TestStore.durable();
    }

    @ParameterizedTest
    @MethodSource("durable")
    void readersOfAFrozenHubGoElsewhereAndMissNothing(TestStore.Kind kind) throws Exception {
        AtomicInteger preferred = new AtomicInteger(0);
        try (TestStore store = kind.open(folder);
                FaultRun run = FaultRun.on(store, 2)) {
            for (int i = 0; i < READERS; i++) {
                run.readOverClient("client-" + i, preferred::get, new Interest(TOPICS, List.of()));
                run.readOverSocket("socket-" + i, preferred::get, TOPICS);
            }
            run.awaitReaders();
            run.publish("publisher", () -> 1, TOPICS, 1);
            run.awaitAllReadersLive(FaultRun.PATIENCE);

            run.hub(0).freeze();
            preferred.set(1);
            run.reconnectClients(); // the Java client keeps to the hub it was given; whoever has two decides by
            // its health
            run.awaitAllReadersLive(ELSEWHERE);
            run.hub(0).thaw();
            run.awaitAcknowledged(50);
            assertThat(run.settle().gapsByCause()).isEmpty();
        }
    }

    @Test
    void aHubThatGoesOnBeatsOnceAndNotForEachBeatThatItOwes() throws Exception {
        try (TestStore store = TestStore.Kind.MEMORY.open(folder);
                FaultRun run = FaultRun.on(store, 1);
                EventLines stream = EventLines.of(run.hub(0).uri(), "orders")) {
            stream.awaitHeartbeat(FaultRun.PATIENCE);
            run.hub(0).freeze();
            stream.awaitSilence(Duration.ofSeconds(4));
            run.hub(0).thaw();
            assertThat(stream.heartbeatsWithin(Duration.ofMillis(900))).isLessThanOrEqualTo(2);
            stream.awaitHeartbeat(FaultRun.PATIENCE);
        }
    }
}
