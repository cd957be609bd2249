package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery.Cause;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Entry;
import dev.fanfare.history.Interest;
import dev.fanfare.history.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Everything at once, by chance: hubs on one store are killed, stopped and frozen, and lines are cut, while
/// hundreds read and publish, in two apps whose topics and jobs have the same names. When it is over, everybody hears
/// at once of what is new; and when all is quiet, no invariant may be broken.
///
/// `-Dfanfare.seed=…` plays the same chances again, `-Dfanfare.chaos.seconds=…` says for how long. A run that fails
/// leaves its `history.jsonl` where the message says.
@ExtendWith(ThreadLeaks.class)
@Timeout(1800)
class ChaosTest {
    private static final int NODES = 3;
    private static final int READERS = 100; // of each kind
    private static final int PUBLISHERS = 10;
    private static final int WORKERS = 6;
    /// Has topics and jobs of the same names, and of each a few that read, publish and work.
    private static final String NEIGHBOUR = "neighbour";

    private static final int NEIGHBOURS = 10;
    private static final List<String> TOPICS =
            IntStream.range(0, 200).mapToObj(i -> "orders/" + i).toList();
    private static final List<String> JOBS =
            IntStream.range(0, 100).mapToObj(i -> "$jobs/import-" + i).toList();

    private static final List<String> THEIR_TOPICS = TOPICS.subList(0, NEIGHBOURS);
    private static final List<String> THEIR_JOBS = JOBS.subList(0, NEIGHBOURS);

    private static final List<String> PATTERNS = List.of("orders/*", "$jobs/**");
    private static final String NEIGHBOUR_OF_ALL = "neighbour-all";
    private static final List<String> READERS_OF_PATTERNS = List.of(PATTERNS.get(0), PATTERNS.get(1), NEIGHBOUR_OF_ALL);

    private final long seed = Scale.seed();
    private final Random random = new Random(seed);

    static List<TestStore.Kind> durable() {
        return TestStore.durable();
    }

    @ParameterizedTest
    @MethodSource("durable")
    void whateverBreaksReadersGetAllOrAreTold(TestStore.Kind kind) throws Exception {
        Path folder = Files.createTempDirectory("fanfare-chaos-");
        try (TestStore store = kind.open(folder);
                FaultRun run = FaultRun.on(store, NODES)) {
            System.out.println("chaos on " + kind + ", -Dfanfare.seed=" + seed + ", " + folder);
            begin(run);
            Nemesis nemesis = new Nemesis(run, store, random.nextLong());
            nemesis.rage(Scale.chaos());
            Verdict verdict = settle(run, nemesis);
            if (kind != TestStore.Kind.CLUSTER) {
                assertNothingWasLost(verdict);
            }
            assertMuchHappened(nemesis, verdict);
            System.out.println(nemesis.deeds().size() + " faults, " + endedJobs(verdict) + " jobs ended; " + verdict);
        }
        Folders.delete(folder);
    }

    /// Only a pattern's reader, whose position does not hold all places, may be told that something may be lost.
    private static void assertNothingWasLost(Verdict verdict) {
        assertThat(verdict.gapsByCause().keySet()).isSubsetOf(Cause.UNKNOWN_POSITION);
        assertThat(verdict.gapsByReader().keySet()).isSubsetOf(READERS_OF_PATTERNS);
    }

    /// Else a run in which nothing works would pass. The bounds are a small part of what a busy machine manages.
    private static void assertMuchHappened(Nemesis nemesis, Verdict verdict) {
        int seconds = (int) Scale.chaos().toSeconds();
        assertThat(nemesis.deeds()).as("faults").hasSizeGreaterThanOrEqualTo(seconds / 10);
        assertThat(verdict.count(Entry.Acked.class, ChaosTest::isOfPublisher))
                .as("acknowledged")
                .isGreaterThan(20L * seconds);
        assertThat(endedJobs(verdict)).as("jobs that ended").isGreaterThanOrEqualTo(JOBS.size() / 20);
        assertThat(verdict.count(Entry.Disconnected.class))
                .as("readers cut off")
                .isGreaterThan(seconds / 2);
        assertThat(verdict.count(Entry.Saw.class, saw -> saw.topic().app().equals(NEIGHBOUR)))
                .as("what the neighbours saw")
                .isPositive();
    }

    private static boolean isOfPublisher(Entry.Acked acked) {
        return acked.sending().publisher().startsWith("publisher-");
    }

    private static long endedJobs(Verdict verdict) {
        return verdict.entries().stream()
                .filter(entry -> entry instanceof Entry.Found found
                        && found.topic().isJob()
                        && found.closed().isPresent())
                .map(entry -> ((Entry.Found) entry).topic())
                .distinct()
                .count();
    }

    private Verdict settle(FaultRun run, Nemesis nemesis) throws InterruptedException {
        try {
            return run.settle();
        } catch (AssertionError broken) {
            throw new AssertionError(
                    "with -Dfanfare.seed=" + seed + ", after " + String.join(", ", nemesis.deeds()) + ":\n"
                            + broken.getMessage(),
                    broken);
        }
    }

    private void begin(FaultRun run) {
        for (int i = 0; i < READERS; i++) {
            run.readOverClient("client-" + i, anyNode(run), new Interest(some(), List.of()));
            run.readOverSocket("socket-" + i, anyNode(run), some());
        }
        for (String pattern : PATTERNS) {
            run.readOverClient(pattern, anyNode(run), new Interest(List.of(), List.of(pattern)));
        }
        beginNeighbour(run);
        run.awaitReaders();
        run.publish(NEIGHBOUR, "neighbour-publisher", anyNode(run), THEIR_TOPICS, random.nextLong());
        run.work(
                NEIGHBOUR,
                "neighbour-worker",
                anyNode(run),
                new ConcurrentLinkedQueue<>(THEIR_JOBS),
                random.nextLong());
        for (int i = 0; i < PUBLISHERS; i++) {
            run.publish("publisher-" + i, anyNode(run), TOPICS, random.nextLong());
        }
        Queue<String> jobs = new ConcurrentLinkedQueue<>(JOBS);
        for (int i = 0; i < WORKERS; i++) {
            run.work("worker-" + i, anyNode(run), jobs, random.nextLong());
        }
    }

    /// They read what is read and published by others, too, under the same names.
    private void beginNeighbour(FaultRun run) {
        for (int i = 0; i < NEIGHBOURS; i++) {
            List<String> names = List.of(THEIR_TOPICS.get(i), THEIR_JOBS.get(i));
            run.readOverClient(NEIGHBOUR, "neighbour-client-" + i, anyNode(run), new Interest(names, List.of()));
            run.readOverSocket(NEIGHBOUR, "neighbour-socket-" + i, anyNode(run), names);
        }
        run.readOverClient(NEIGHBOUR, NEIGHBOUR_OF_ALL, anyNode(run), new Interest(List.of(), PATTERNS));
    }

    private IntSupplier anyNode(FaultRun run) {
        Random own = new Random(random.nextLong());
        return () -> own.nextInt(run.nodes());
    }

    /// Two topics and a job.
    private List<String> some() {
        List<String> some = new ArrayList<>();
        int first = random.nextInt(TOPICS.size());
        some.add(TOPICS.get(first));
        some.add(TOPICS.get((first + 1 + random.nextInt(TOPICS.size() - 1)) % TOPICS.size()));
        some.add(JOBS.get(random.nextInt(JOBS.size())));
        return some;
    }
}
