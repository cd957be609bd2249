package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WheelTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = Long.MAX_VALUE - 5 * SECOND; // the count overflows within the test

    private final Wheel wheel = new Wheel(START);
    private final List<Long> checks = new ArrayList<>();

    private final class Every implements Connection {
        private final long interval;

        Every(long interval) {
            this.interval = interval;
        }

        @Override
        public long check(long now) {
            checks.add((now - START) / SECOND);
            return now + interval;
        }

        @Override
        public void drain() {}

        @Override
        public void abort() {}
    }

    @Test
    void looksAgainWhenItWasToldTo() {
        wheel.add(new Every(15 * SECOND), at(15));

        turnTo(60);

        assertThat(checks).containsExactly(15L, 30L, 45L, 60L);
    }

    @Test
    void whatLiesFarAwayIsLookedAtEarlyRatherThanLate() {
        wheel.add(new Every(1000 * SECOND), at(1000));

        turnTo(70);

        assertThat(checks).containsExactly(60L);
    }

    @Test
    void aLongPauseCausesOneLookAndNoBurst() {
        wheel.add(new Every(SECOND), at(1));

        wheel.turn(at(600));

        assertThat(checks).containsExactly(600L);
    }

    @Test
    void whatWasRemovedIsNotLookedAt() {
        Wheel.Entry entry = wheel.add(new Every(SECOND), at(3));
        turnTo(2);
        wheel.remove(entry);

        turnTo(70);

        assertThat(checks).isEmpty();
    }

    @Test
    void whatIsMovedCloserIsLookedAtSooner() {
        Wheel.Entry entry = wheel.add(new Every(30 * SECOND), at(30));
        wheel.move(entry, at(2));

        turnTo(10);

        assertThat(checks).containsExactly(2L);
    }

    private static long at(long second) {
        return START + second * SECOND;
    }

    private void turnTo(int second) {
        long now = (wheel.now() - START) / SECOND;
        for (long i = now + 1; i <= second; i++) {
            wheel.turn(at(i));
        }
    }
}
