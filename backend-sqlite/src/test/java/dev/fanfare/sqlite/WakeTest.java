package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.Position;
import dev.fanfare.StartAt;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// How soon a process hears what another has committed, and what it costs to wait for that.
@ExtendWith(ThreadLeaks.class)
final class WakeTest {
    private static final int ROUNDS = 10;
    private static final int EVENTS = 300;
    private static final Duration SOON = Duration.ofMillis(100); // without a wake it takes up to 250
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int FEW_WAKES = 40;
    /// What a thread that spins takes, at least. A wake takes 0.05 ms on one virtual machine, 7 ms on another.
    private static final Duration SPIN = SECOND.dividedBy(2);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("topics.db");
    }

    @Test
    void aCommitWakesTheOtherProcesses() throws Exception {
        try (Broadcaster broadcaster = Broadcaster.on(SqliteBackend.in(file()));
                RecordingSubscriber reader = RecordingSubscriber.of(broadcaster.app("shop"), "orders", StartAt.live());
                Child other = new Child(ChildTimer.class, file(), "orders")) {
            Duration late = latest(reader);
            for (int round = 1; round < ROUNDS && late.compareTo(SOON) >= 0; round++) {
                late = latest(reader); // the machine had much else to do
            }
            other.kill();
            Position last = broadcaster.app("shop").topic("orders").publish("0").position();
            while (!reader.next().position().equals(last)) {
                Thread.onSpinWait(); // what was published until the kill
            }
            assertThat(late).isLessThan(SOON);
        }
    }

    /// Returns how late 99 of a hundred events are at most. The processes of a machine have one monotonic clock.
    private static Duration latest(RecordingSubscriber reader) {
        long[] nanos = new long[EVENTS];
        for (int i = 0; i < EVENTS; i++) {
            long published = Long.parseLong(reader.messages(1).get(0));
            nanos[i] = System.nanoTime() - published;
        }
        Arrays.sort(nanos);
        return Duration.ofNanos(nanos[EVENTS * 99 / 100]);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux says how often a thread has waited")
    void waitingCostsNextToNothing() throws Exception {
        try (Child reader = new Child(ChildReader.class, file(), "orders")) {
            assertThat(reader.line()).isEqualTo("reading");
            Child.Cost cost = reader.costOf(SECOND);
            for (int second = 1; second < ROUNDS && !isNextToNothing(cost); second++) {
                cost = reader.costOf(SECOND); // it is being compiled just after its start
            }
            assertThat(cost).matches(WakeTest::isNextToNothing, "is next to nothing");
            reader.tell();
            assertThat(reader.endsWell()).isTrue();
        }
    }

    private static boolean isNextToNothing(Child.Cost cost) {
        return cost.wakes() > 0 && cost.wakes() < FEW_WAKES && cost.cpu().compareTo(SPIN) < 0;
    }
}
