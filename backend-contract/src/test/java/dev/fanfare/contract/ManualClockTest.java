package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.spi.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualClockTest {
    private final ManualClock clock = new ManualClock();
    private final List<String> ran = new ArrayList<>();

    private Clock.Scheduled schedule(int seconds, String name) {
        return clock.schedule(Duration.ofSeconds(seconds), () -> ran.add(name));
    }

    @Test
    void tasksRunInTheOrderOfTheirTimesOnTheThreadThatAdvances() {
        schedule(3, "third");
        schedule(1, "first");
        schedule(1, "second");
        schedule(9, "not yet");
        clock.advance(Duration.ofSeconds(5));

        assertThat(ran).containsExactly("first", "second", "third");
        assertThat(clock.scheduled()).isEqualTo(1);
    }

    @Test
    void aTaskSeesItsOwnTime() {
        Instant begin = clock.now();
        List<Instant> seen = new ArrayList<>();
        clock.schedule(Duration.ofSeconds(2), () -> seen.add(clock.now()));
        clock.advance(Duration.ofSeconds(5));

        assertThat(seen).containsExactly(begin.plusSeconds(2));
        assertThat(clock.now()).isEqualTo(begin.plusSeconds(5));
    }

    @Test
    void aTaskThatIsScheduledByATaskRunsInTheSameAdvance() {
        clock.schedule(Duration.ofSeconds(1), () -> schedule(1, "nested"));
        clock.advance(Duration.ofSeconds(2));

        assertThat(ran).containsExactly("nested");
    }

    @Test
    void aCancelledTaskDoesNotRun() {
        schedule(1, "cancelled").cancel();
        clock.advance(Duration.ofSeconds(1));

        assertThat(ran).isEmpty();
    }

    @Test
    void nanosecondsOverflowOnTheWayAndDifferencesStayRight() {
        long before = clock.nanoTime();
        clock.advance(Duration.ofSeconds(2));
        long after = clock.nanoTime();

        assertThat(after).isLessThan(before);
        assertThat(after - before).isEqualTo(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void theWallCanBeSetBackWhileTimeGoesOn() {
        Instant begin = clock.now();
        clock.shiftWall(Duration.ofHours(-1));
        clock.advance(Duration.ofSeconds(1));

        assertThat(clock.now()).isEqualTo(begin.minusSeconds(3599));
        assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
