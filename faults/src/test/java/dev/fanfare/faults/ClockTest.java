package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.App;
import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Entry;
import dev.fanfare.history.Interest;
import dev.fanfare.history.Verdict;
import dev.fanfare.testbed.HubOptions;
import dev.fanfare.testbed.HubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// R38: the wall clock of the hub jumps by an hour, forth and back. Whoever is connected does not notice:
/// heartbeats keep pace, no reader is cut off, nothing is lost. Where the store has a clock of its own, only that one
/// counts. Needs libfaketime.
@ExtendWith(ThreadLeaks.class)
@Timeout(120)
class ClockTest {
    private static final Path LIBRARIES = Path.of("/usr/lib");
    /// The long form adds what is longer than anything else is kept.
    private static final List<Integer> HOURS = Scale.isLong() ? List.of(1, -1, 72, 0) : List.of(1, -1);

    private static final Duration ABOUT = Duration.ofMinutes(20);
    /// Two beats of a second, give or take one.
    private static final Duration WINDOW = Duration.ofMillis(2_200);

    private static final Pattern LOGGED_AT = Pattern.compile("\"time\":\"([^\"]+)\"");

    @TempDir
    Path folder;

    private Path library;
    /// What the hubs take for the time, as an offset.
    private Path time;

    @BeforeEach
    void fakeTime() throws IOException {
        Optional<Path> found = library();
        assumeTrue(found.isPresent(), "needs libfaketime: apt install faketime");
        library = found.get();
        time = Files.writeString(folder.resolve("time"), "+0");
    }

    /// Stores whose clock is the hub's.
    static List<TestStore.Kind> local() {
        return List.of(TestStore.Kind.MEMORY, TestStore.Kind.SQLITE);
    }

    @ParameterizedTest
    @MethodSource("local")
    void aClockThatJumpsIsNotNoticedByThoseWhoAreConnected(TestStore.Kind kind) throws Exception {
        try (TestStore store = kind.open(folder);
                FaultRun run = new FaultRun(folder, node -> local(store), 1);
                EventLines stream = EventLines.of(run.hub(0).uri(), "elsewhere")) {
            run.readOverClient("client", () -> 0, Interest.in("orders"));
            run.readOverSocket("socket", () -> 0, List.of("orders"));
            run.awaitReaders();
            run.publish("publisher", () -> 0, List.of("orders"), 1);
            for (int hours : HOURS) {
                jump(run, hours);
                stream.passOver();
                stream.awaitHeartbeat(FaultRun.PATIENCE);
                assertThat(stream.heartbeatsWithin(WINDOW)).isBetween(1, 3);
                run.awaitAllReadersLive(FaultRun.PATIENCE);
            }
            assertNobodyNoticed(run);
        }
    }

    static List<TestStore.Kind> networked() {
        return TestStore.networked();
    }

    /// One hub's clock jumps by more than events are kept for, and that of the other is right.
    @ParameterizedTest
    @MethodSource("networked")
    void aHubWhoseClockIsWrongDoesWhatOneWhoseClockIsRightDoes(TestStore.Kind kind) throws Exception {
        try (TestStore store = kind.open(folder);
                FaultRun run = new FaultRun(folder, node -> shared(store, node), 2)) {
            for (int i = 0; i < run.nodes(); i++) {
                int node = i;
                run.readOverClient("client " + node, () -> node, Interest.in("orders"));
                run.readOverSocket("socket " + node, () -> node, List.of("orders"));
                run.publish("publisher " + node, () -> node, List.of("orders"), node);
            }
            run.awaitReaders();
            Position kept = run.app(1).topic("kept").publish("1").position();
            for (int hours : HOURS) {
                Files.writeString(time, offset(hours));
                run.hub(0).await(hours + " hours off", FaultRun.PATIENCE, () -> isOff(run.hub(0), hours));
                run.awaitAllReadersLive(FaultRun.PATIENCE);
                for (int node = 0; node < run.nodes(); node++) {
                    assertKept(run.app(node), kept);
                    assertThat(publishToFreshTopic(run, node)).matches(stored -> isAbout(stored, 0), "is right");
                }
            }
            assertNobodyNoticed(run);
        }
    }

    private static void assertNobodyNoticed(FaultRun run) throws Exception {
        Verdict verdict = run.settle();
        assertThat(verdict.gapsByCause()).isEmpty();
        assertThat(verdict.count(Entry.Disconnected.class)).isZero();
    }

    /// Tells the time in what it logs, as that a request was refused.
    private HubOptions shared(TestStore store, int node) {
        HubOptions right =
                FaultRun.lively(store.uri(node)).with("log.level", "debug").with("log.format", "json");
        return node == 0 ? faked(right) : right;
    }

    private static boolean isOff(HubProcess hub, int hours) {
        hub.probe("/nowhere");
        Optional<Instant> logged = LOGGED_AT
                .matcher(hub.output())
                .results()
                .reduce((earlier, later) -> later)
                .map(last -> Instant.parse(last.group(1)));
        return logged.isPresent() && isAbout(logged.get(), hours);
    }

    private static void assertKept(App app, Position kept) {
        try (Subscription<Delivery> reader = app.subscribe("kept", StartAt.earliest())) {
            assertThat(reader.next(FaultRun.PATIENCE).orElseThrow())
                    .isInstanceOf(Received.class)
                    .returns(kept, Delivery::position);
        }
    }

    private HubOptions local(TestStore store) {
        // Else a jump over more than a day lets topics begin a new life, of which readers are told.
        return faked(FaultRun.lively(store.uri(0)).with("keep.idle-topics", "100d"));
    }

    private HubOptions faked(HubOptions options) {
        return options.withEnvironment("LD_PRELOAD", library.toString())
                .withEnvironment("FAKETIME_TIMESTAMP_FILE", time.toString())
                .withEnvironment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                // Else every timed wait of the JVM is over at once: its threads spin, and a hub hardly gets to start.
                .withEnvironment("FAKETIME_FORCE_MONOTONIC_FIX", "0")
                .withEnvironment("FAKETIME_CACHE_DURATION", "1");
    }

    /// Lets the clock jump, and waits until the hub has noticed.
    private void jump(FaultRun run, int hours) throws IOException {
        Files.writeString(time, offset(hours));
        run.hub(0).await(hours + " hours off", FaultRun.PATIENCE, () -> isAbout(publishToFreshTopic(run, 0), hours));
    }

    private static String offset(int hours) {
        return (hours < 0 ? "" : "+") + hours + "h";
    }

    private static boolean isAbout(Instant time, int hoursOff) {
        Instant then = Instant.now().plus(Duration.ofHours(hoursOff));
        return Duration.between(then, time).abs().compareTo(ABOUT) < 0;
    }

    /// Returns when that was: in one topic time never runs backwards.
    private static Instant publishToFreshTopic(FaultRun run, int node) {
        return run.app(node).topic("clock/" + UUID.randomUUID()).publish("1").publishedAt();
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
