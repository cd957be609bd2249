package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.client.HubClient;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Interest;
import dev.fanfare.testbed.FaultProxy;
import java.net.URI;
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
    private static final int FREEZES = Scale.rounds(1, 10);
    /// The silence after which they take a connection for broken, and what it takes to come back.
    private static final Duration ELSEWHERE = FaultRun.SILENCE.plusSeconds(6);

    /// A beat for each second.
    private static final Duration OWING = Duration.ofSeconds(Scale.rounds(4, 30));

    @TempDir
    Path folder;

    static List<TestStore.Kind> durable() {
        return TestStore.durable();
    }

    @ParameterizedTest
    @MethodSource("durable")
    void readersOfAFrozenHubGoElsewhereAndMissNothing(TestStore.Kind kind) throws Exception {
        AtomicInteger whole = new AtomicInteger(0);
        AtomicInteger written = new AtomicInteger(0);
        try (TestStore store = kind.open(folder);
                FaultRun run = FaultRun.on(store, 2);
                FaultProxy balancer = FaultProxy.before(run.hub(0).port());
                HubClient client = FaultRun.client(URI.create("http://127.0.0.1:" + balancer.port()))) {
            for (int i = 0; i < READERS; i++) {
                run.readOver(client, "client-" + i, new Interest(TOPICS, List.of()));
                run.readOverSocket("socket-" + i, whole::get, TOPICS);
            }
            run.awaitReaders();
            run.publish("publisher", written::get, TOPICS, 1);
            for (int i = 0; i < FREEZES; i++) {
                run.awaitAllReadersLive(FaultRun.PATIENCE);
                int frozen = whole.get();
                if (kind == TestStore.Kind.SQLITE) {
                    written.set(1 - frozen); // frozen while it writes it would hold up the other
                    run.awaitAcknowledged(2);
                }
                run.hub(frozen).freeze();
                whole.set(1 - frozen);
                written.set(1 - frozen);
                balancer.turnTo(run.hub(1 - frozen).port());
                run.awaitAllReadersLive(ELSEWHERE); // nobody but the readers themselves has them go
                run.hub(frozen).thaw();
                run.awaitAcknowledged(50);
            }
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
            stream.awaitSilence(OWING);
            run.hub(0).thaw();
            assertThat(stream.heartbeatsWithin(Duration.ofMillis(900))).isLessThanOrEqualTo(2);
            stream.awaitHeartbeat(FaultRun.PATIENCE);
        }
    }
}
