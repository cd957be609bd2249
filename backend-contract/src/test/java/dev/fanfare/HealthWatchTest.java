package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ManualClock;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthWatchTest {
    private static final Scope ALL = new Scope.Everything();
    private static final Scope A = new Scope.Topics(Set.of(new TopicName("shop", "a")));
    private static final Scope B = new Scope.Topics(Set.of(new TopicName("shop", "b")));

    private final ManualClock clock = new ManualClock();
    private final List<Boolean> told = new ArrayList<>();
    private BackendHealth backend = BackendHealth.AVAILABLE;
    private final HealthWatch watch = new HealthWatch(() -> backend);

    @BeforeEach
    void listen() {
        watch.listen(health -> told.add(health.available()));
        watch.lookRegularly(clock, () -> false);
    }

    @Test
    void whileNewsMayBeMissingTheBackendCannotBeReliedOn() {
        watch.interrupted(ALL, "the line is cut");
        assertThat(watch.now()).isEqualTo(BackendHealth.unavailable("the line is cut"));
        watch.resumed(ALL);
        assertThat(watch.now()).isEqualTo(BackendHealth.AVAILABLE);
        assertThat(told).containsExactly(false, true);
    }

    @Test
    void theReasonIsTheOneThatHoldsNow() {
        watch.interrupted(ALL, "the line is cut");
        backend = BackendHealth.unavailable("the server refuses connections");
        assertThat(watch.now().detail()).isEqualTo("the server refuses connections");

        backend = BackendHealth.AVAILABLE;
        assertThat(watch.now().detail()).isEqualTo("the line is cut");
        assertThat(told).containsExactly(false);
    }

    @Test
    void recoveryIsToldWhenAllOfItIsOver() {
        watch.interrupted(A, "one node is away");
        watch.interrupted(B, "another too");
        watch.resumed(A);
        assertThat(watch.now().detail()).isEqualTo("another too");
        assertThat(told).containsExactly(false);
        watch.resumed(B);
        assertThat(told).containsExactly(false, true);
    }

    @Test
    void aBackendThatFailsWithoutAWordIsFoundOut() {
        backend = BackendHealth.unavailable("the disk is full");
        assertThat(watch.now().available()).isFalse();
        clock.advance(HealthWatch.LOOK);
        assertThat(told).containsExactly(false);
        clock.advance(HealthWatch.LOOK);
        assertThat(told).containsExactly(false);

        backend = BackendHealth.AVAILABLE;
        clock.advance(HealthWatch.LOOK);
        assertThat(told).containsExactly(false, true);
    }

    @Test
    void newsThatComeThroughBeforeTheStoreTakesEventsAreNoRecovery() {
        backend = BackendHealth.unavailable("it starts");
        watch.interrupted(ALL, "the line is cut");
        watch.resumed(ALL);
        assertThat(told).containsExactly(false);

        backend = BackendHealth.AVAILABLE;
        clock.advance(HealthWatch.LOOK);
        assertThat(told).containsExactly(false, true);
    }

    @Test
    void anInterruptionThatIsToldTwiceIsOne() {
        watch.interrupted(ALL, "cut");
        watch.interrupted(ALL, "still cut");
        assertThat(told).containsExactly(false);
    }

    @Test
    void aListenerThatThrowsKeepsNobodyFromHearing() {
        watch.listen(health -> {
            throw new IllegalStateException("a listener's own fault");
        });
        watch.listen(health -> told.add(health.available()));
        backend = BackendHealth.unavailable("away");
        clock.advance(HealthWatch.LOOK);
        backend = BackendHealth.AVAILABLE;
        clock.advance(HealthWatch.LOOK);
        assertThat(told).containsExactly(false, false, true, true);
    }

    @Test
    void aListenerThatBreaksIsTheOnlyOneThatIsNotTold() {
        watch.listen(health -> {
            throw new AssertionError("a listener's own fault");
        });
        List<Boolean> alsoTold = new ArrayList<>();
        watch.listen(health -> alsoTold.add(health.available()));
        watch.interrupted(ALL, "the line is cut");
        watch.resumed(ALL);
        assertThat(alsoTold).containsExactly(false, true);
    }
}
