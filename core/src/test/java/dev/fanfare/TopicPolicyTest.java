package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class TopicPolicyTest {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private static TopicPolicy keeping(Duration age) {
        return new TopicPolicy(1, 1, age, age, age, age);
    }

    @Test
    void anAgeThatNoStoreCanAddToItsTimeIsRefused() {
        assertThat(keeping(LONGEST).historyAge()).isEqualTo(LONGEST);
        assertThatThrownBy(() -> keeping(LONGEST.plusNanos(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("historyAge must be at most 36500 days: PT876000H0.000000001S");
        assertThatThrownBy(() -> TopicPolicy.DEFAULT.withHistory(1, 1, Duration.ofSeconds(Long.MAX_VALUE)))
                .hasMessageContaining("historyAge must be at most 36500 days");
    }
}
