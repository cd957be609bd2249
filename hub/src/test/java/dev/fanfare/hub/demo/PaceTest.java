package dev.fanfare.hub.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PaceTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10); // overflows on the way

    @Test
    void waitsAsLongAsTheBytesTakeAtThePace() {
        Pace pace = new Pace(1000, now::get);

        assertThat(pace.reserve(1000)).isEqualTo(1_000_000_000);
        assertThat(pace.reserve(500)).isEqualTo(1_500_000_000);
    }

    @Test
    void timeThatWasNotUsedIsNotSavedUp() {
        Pace pace = new Pace(1000, now::get);

        now.addAndGet(60_000_000_000L);

        assertThat(pace.reserve(1000)).isEqualTo(1_000_000_000);
    }

    @Test
    void atFullSpeedNothingWaits() {
        assertThat(Pace.FULL_SPEED.reserve(Long.MAX_VALUE)).isLessThanOrEqualTo(0);
    }
}
