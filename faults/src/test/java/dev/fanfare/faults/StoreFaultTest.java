package dev.fanfare.faults;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Interest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// R28, R29, R30, R32, R33: servers of a store are killed, restarted, emptied, or lose those who listen, while events
/// are published at one hub and read at another. Soon afterwards all readers are given what is new, and nothing is
/// missing, or they are told.
@ExtendWith(ThreadLeaks.class)
@Timeout(600)
class StoreFaultTest {
    private static final int TIMES = Scale.rounds(1, 10);
    /// What a busy machine may add to any time.
    private static final Duration SLACK = Duration.ofMillis(1_500);
    /// So many that some of them are wherever a server of a cluster dies.
    private static final List<String> TOPICS =
            IntStream.range(0, 12).mapToObj(i -> "orders/" + i).toList();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void readersAreSoonGivenWhatIsNewAndMissNothing(StoreFault fault) throws Exception {
        try (StoreFault.Opened store = fault.open();
                FaultRun run = new FaultRun(folder, node -> FaultRun.lively(store.uri()), 2)) {
            for (String topic : TOPICS) {
                run.readOverSocket("socket " + topic, () -> 1, List.of(topic));
                run.readOverClient("client " + topic, () -> 1, Interest.in(topic));
            }
            run.awaitReaders();
            run.publish("publisher", () -> 0, TOPICS, 1);
            for (int i = 0; i < TIMES; i++) {
                run.awaitAllReadersLive(FaultRun.PATIENCE);
                store.strike().accept(run.history());
                run.awaitAllReadersLive(fault.healed().plus(SLACK));
                store.mend().accept(run.history());
            }
            fault.requireTold(run.settle().gapsByCause(), 2L * TOPICS.size() * TIMES);
        }
    }
}
