package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Entry;
import dev.fanfare.history.Interest;
import dev.fanfare.history.Verdict;
import dev.fanfare.testbed.HubOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// R38: the wall clock of the hub jumps by an hour, forth and back. Whoever is connected does not notice:
/// heartbeats keep pace, no reader is cut off, nothing is lost. Needs libfaketime.
@ExtendWith(ThreadLeaks.class)
@Timeout(120)
class ClockTest {
    private static final Path LIBRARIES = Path.of("/usr/lib");
    /// The long form adds what is longer than anything else is kept.
    private static final List<Integer> HOURS = Scale.isLong() ? List.of(1, -1, 72, 0) : List.of(1, -1);

    private static final Duration ABOUT = Duration.ofMinutes(20);
    /// Two beats of a second, give or take one.
    private static final Duration WINDOW = Duration.ofMillis(2_200);

    @TempDir
    Path folder;

    /// Stores whose clock is the hub's.
    static List<TestStore.Kind> local() {
        return List.of(TestStore.Kind.MEMORY, TestStore.Kind.SQLITE);
    }

    @ParameterizedTest
    @MethodSource("local")
    void aClockThatJumpsIsNotNoticedByThoseWhoAreConnected(TestStore.Kind kind) throws Exception {
        Optional<Path> library = library();
        assumeTrue(library.isPresent(), "needs libfaketime: apt install faketime");
        Path time = Files.writeString(folder.resolve("time"), "+0");
        try (TestStore store = kind.open(folder);
                FaultRun run = new FaultRun(folder, node -> faked(store, library.get(), time), 1);
                EventLines stream = EventLines.of(run.hub(0).uri(), "elsewhere")) {
            run.readOverClient("client", () -> 0, Interest.in("orders"));
            run.readOverSocket("socket", () -> 0, List.of("orders"));
            run.awaitReaders();
            run.publish("publisher", () -> 0, List.of("orders"), 1);
            for (int hours : HOURS) {
                jump(run, time, hours);
                stream.passOver();
                stream.awaitHeartbeat(FaultRun.PATIENCE);
                assertThat(stream.heartbeatsWithin(WINDOW)).isBetween(1, 3);
                run.awaitAllReadersLive(FaultRun.PATIENCE);
            }
            Verdict verdict = run.settle();
            assertThat(verdict.gapsByCause()).isEmpty();
            assertThat(verdict.count(Entry.Disconnected.class)).isZero();
        }
    }

    private static HubOptions faked(TestStore store, Path library, Path time) {
        return FaultRun.lively(store.uri(0))
                // Else a jump over more than a day lets topics begin a new life, of which readers are told.
                .with("keep.idle-topics", "100d")
                .withEnvironment("LD_PRELOAD", library.toString())
                .withEnvironment("FAKETIME_TIMESTAMP_FILE", time.toString())
                .withEnvironment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                // Else every timed wait of the JVM is over at once: its threads spin, and a hub hardly gets to start.
                .withEnvironment("FAKETIME_FORCE_MONOTONIC_FIX", "0")
                .withEnvironment("FAKETIME_CACHE_DURATION", "1");
    }

    /// Lets the clock jump, and waits until the hub has noticed.
    private static void jump(FaultRun run, Path time, int hours) throws IOException {
        Files.writeString(time, (hours < 0 ? "" : "+") + hours + "h");
        run.hub(0).await(hours + " hours off", FaultRun.PATIENCE, () -> {
            Instant then = Instant.now().plus(Duration.ofHours(hours));
            String fresh = "clock/" + UUID.randomUUID(); // in one topic time never runs backwards
            Instant stored = run.app(0).topic(fresh).publish("1").publishedAt();
            return Duration.between(then, stored).abs().compareTo(ABOUT) < 0;
        });
    }

    /// Returns the library for programs of many threads.
    private static Optional<Path> library() throws IOException {
        try (Stream<Path> found = Files.find(
                LIBRARIES,
                3,
                (path, attributes) -> path.getFileName().toString().equals("libfaketimeMT.so.1"))) {
            return found.findFirst();
        }
    }
}
