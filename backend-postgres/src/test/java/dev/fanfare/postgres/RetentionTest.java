package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is still there and what can be read of it.
@ExtendWith(ThreadLeaks.class)
final class RetentionTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders/42");
    private static final TopicPolicy LONG = TopicPolicy.DEFAULT;
    private static final TopicPolicy SHORT =
            LONG.withHistory(LONG.historyEvents(), LONG.historyBytes(), Duration.ofSeconds(1));

    private final Sandbox sandbox = new Sandbox();
    private final Node node = Node.start(PostgresBackend.at(sandbox.address()));

    @AfterEach
    void close() {
        node.close();
        sandbox.close();
    }

    /// Has all deleted that may be: slots change every six minutes, and are not looked at near their ends.
    private void sweepAll() {
        for (int minute = 0; minute < 9; minute++) {
            sandbox.moveClock(Duration.ofMinutes(1));
            sandbox.execute("set search_path = " + sandbox.schema() + "; select sweep(0, 1000)");
        }
    }

    @Test
    void anEventThatWasToBeKeptForLessLeavesNoHoleAmongOthers() {
        node.accept(Draft.to(TOPIC, "1").keeping(LONG));
        node.accept(Draft.to(TOPIC, "2").keeping(SHORT));
        node.accept(Draft.to(TOPIC, "3").keeping(LONG));
        assertThat(node.offsets(TOPIC)).containsExactly(1L, 2L, 3L);

        sweepAll();
        assertThat(node.offsets(TOPIC)).containsExactly(1L, 2L, 3L);
        assertThat(node.head(TOPIC).oldest()).isEqualTo(1);
    }

    @Test
    void whatAShorterAgeHasLetGoDoesNotComeBackWhileItIsStillThere() {
        node.accept(Draft.to(TOPIC, "1").keeping(LONG));
        node.accept(Draft.to(TOPIC, "2").keeping(SHORT));
        sandbox.moveClock(Duration.ofSeconds(5));
        assertThat(node.offsets(TOPIC)).isEmpty();
        assertThat(node.head(TOPIC).oldest()).isEqualTo(3);

        node.accept(Draft.to(TOPIC, "3").keeping(LONG));
        assertThat(node.offsets(TOPIC)).containsExactly(3L);
        assertThat(node.head(TOPIC).oldest()).isEqualTo(3);
    }
}
