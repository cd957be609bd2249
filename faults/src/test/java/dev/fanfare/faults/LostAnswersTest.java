package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.client.HubClient;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Entry;
import dev.fanfare.history.RecordingPublisher;
import dev.fanfare.history.RecordingPublisher.Outcome;
import dev.fanfare.history.Sending;
import dev.fanfare.history.Verdict;
import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.Toxic;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// R20: answers to publishes are cut after some of their bytes. Whoever tries again with the same key stores nothing
/// twice.
@ExtendWith(ThreadLeaks.class)
@Timeout(1_800)
class LostAnswersTest {
    private static final int MESSAGES = Scale.rounds(20, 1_000);
    /// Less than an answer has, so that it never comes through whole.
    private static final int LONGEST = 200;

    @TempDir
    Path folder;

    static List<TestStore.Kind> all() {
        return TestStore.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void aPublishThatIsTriedAgainIsStoredOnce(TestStore.Kind kind) throws Exception {
        try (TestStore store = kind.open(folder);
                FaultRun run = FaultRun.on(store, 1);
                FaultProxy proxy = FaultProxy.before(run.hub(0).port());
                HubClient client = HubClient.builder(URI.create("http://127.0.0.1:" + proxy.port()))
                        .timeout(Duration.ofMillis(300))
                        .connect()) {
            run.readOverSocket("socket", () -> 0, List.of("orders"));
            run.awaitReaders();
            var publisher = new RecordingPublisher(run.history(), "publisher", () -> client.app(FaultRun.APP));
            publish(publisher, proxy);
            Verdict verdict = run.settle();
            assertThat(verdict.gapsByCause()).isEmpty();
            assertThat(verdict.count(Entry.Saw.class)).isEqualTo(MESSAGES);
            assertThat(duplicates(verdict))
                    .as("answers that were cut after the event was stored")
                    .isPositive();
        }
    }

    private static void publish(RecordingPublisher publisher, FaultProxy proxy) {
        Random random = new Random(1);
        for (int i = 0; i < MESSAGES; i++) {
            Sending message = publisher.message("orders");
            proxy.add("cut", Direction.DOWNSTREAM, new Toxic.LimitData(random.nextInt(LONGEST)));
            Outcome cut = publisher.publish(message, event -> event);
            proxy.remove("cut");
            proxy.cut();
            while (cut != Outcome.ACKED) {
                cut = publisher.publish(message, event -> event);
            }
        }
    }

    private static long duplicates(Verdict verdict) {
        return verdict.entries().stream()
                .filter(entry -> entry instanceof Entry.Acked acked && acked.duplicate())
                .count();
    }
}
