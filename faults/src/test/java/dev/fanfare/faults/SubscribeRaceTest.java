package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.StartAt;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Connection;
import dev.fanfare.history.Entry;
import dev.fanfare.history.Interest;
import dev.fanfare.history.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// R17: subscribing against publishing, over the wire. Every reader leaves and comes back all the time, and new ones
/// come, live or with snapshots: each subscription begins amid publishes.
@ExtendWith(ThreadLeaks.class)
@Timeout(1_800)
class SubscribeRaceTest {
    private static final int READERS = 8;
    private static final int ROUNDS = Scale.rounds(150, 10_000); // what comes to pass seldom needs many
    private static final int FRESH_EVERY = 3;
    private static final String FRESH = "fresh-";
    private static final List<String> TOPICS =
            IntStream.range(0, 4).mapToObj(i -> "orders/" + i).toList();

    @TempDir
    Path folder;

    static List<TestStore.Kind> all() {
        return TestStore.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void whoeverSubscribesAmidPublishesMissesAndRepeatsNothing(TestStore.Kind kind) throws Exception {
        try (TestStore store = kind.open(folder);
                FaultRun run = FaultRun.on(store, 1)) {
            for (int i = 0; i < READERS; i++) {
                run.readOverSocket("socket-" + i, () -> 0, TOPICS);
            }
            run.awaitReaders();
            for (int i = 0; i < 4; i++) {
                run.publish("publisher-" + i, () -> 0, TOPICS, i);
            }
            for (int round = 0; round < ROUNDS; round++) {
                run.awaitAcknowledged(1);
                run.reconnect("socket-" + round % READERS);
                if (round % FRESH_EVERY == 0) {
                    comeAndGo(run, round / FRESH_EVERY);
                }
            }
            Verdict verdict = run.settle();
            assertThat(verdict.gapsByCause()).isEmpty();
            assertThat(verdict.count(Entry.Disconnected.class, gone -> !isFresh(gone.connection())))
                    .as("readers that came back")
                    .isGreaterThanOrEqualTo(ROUNDS);
            assertThat(verdict.count(Entry.Saw.class, saw -> saw.marks().snapshot() && isFresh(saw.connection())))
                    .as("snapshots amid publishes")
                    .isGreaterThan(ROUNDS / FRESH_EVERY / 2);
        }
    }

    /// A new reader comes, and the one that came so many before it leaves: it has been given much meanwhile.
    private static void comeAndGo(FaultRun run, int number) {
        StartAt begin = number % 2 == 0 ? StartAt.snapshot() : StartAt.live();
        run.readOverClient(FRESH + number, () -> 0, new Interest(TOPICS, List.of(), begin));
        run.awaitReaders();
        if (number >= READERS) {
            run.leave(FRESH + (number - READERS));
        }
    }

    private static boolean isFresh(Connection connection) {
        return connection.reader().startsWith(FRESH);
    }
}
