package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Interest;
import dev.fanfare.testbed.Toxic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// R08: one of two hubs is cut off from the store that they share. Its readers are told within ten seconds that
/// what they have may be old, and have all once the line is whole again; the other hub does not notice.
@ExtendWith(ThreadLeaks.class)
@Timeout(600)
class PartitionTest {
    private static final int PARTITIONS = Scale.rounds(1, 10);
    private static final Duration TOLD = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    static List<TestStore.Kind> networked() {
        return TestStore.networked();
    }

    @ParameterizedTest
    @MethodSource("networked")
    void aHubThatIsCutOffSaysSoAndCatchesUp(TestStore.Kind kind) throws Exception {
        try (TestStore store = kind.open(folder);
                FaultRun run = FaultRun.on(store, 2);
                EventLines stream = EventLines.of(run.hub(1).uri(), "orders")) {
            run.readOverClient("client", () -> 1, Interest.in("orders"));
            run.readOverSocket("socket", () -> 1, List.of("orders"));
            run.readOverSocket("elsewhere", () -> 0, List.of("orders"));
            run.awaitReaders();
            run.publish("publisher", () -> 0, List.of("orders"), 1);
            run.awaitAllReadersLive(FaultRun.PATIENCE);

            for (int i = 0; i < PARTITIONS; i++) {
                store.line(1).add("gone", new Toxic.Timeout());
                stream.await("event: degraded", TOLD);
                assertThat(run.hub(0).probe("/readyz").status()).isEqualTo(200);
                run.awaitAcknowledged(50);
                store.line(1).remove("gone");
                store.line(1).cut(); // what was swallowed is missing from these connections
                stream.await("event: recovered", TOLD);
                run.awaitAllReadersLive(TOLD);
            }
            assertThat(run.settle().gapsByCause()).isEmpty();
        }
    }
}
