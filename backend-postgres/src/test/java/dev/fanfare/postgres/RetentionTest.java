package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is still there and what can be read of it.
@ExtendWith(ThreadLeaks.class)
final class RetentionTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders/42");
    private static final TopicName OTHER = new TopicName("shop", "orders/43");
    private static final TopicPolicy LONG = TopicPolicy.DEFAULT;
    private static final TopicPolicy SHORT =
            LONG.withHistory(LONG.historyEvents(), LONG.historyBytes(), Duration.ofSeconds(1));

    private static final TopicPolicy VERY_LONG =
            LONG.withHistory(LONG.historyEvents(), LONG.historyBytes(), Duration.ofHours(3));

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
            sweepAfter(Duration.ofMinutes(1));
        }
    }

    private void sweepAfter(Duration time) {
        sandbox.moveClock(time);
        sandbox.execute("set search_path = " + sandbox.schema() + "; select sweep(0, 1000)");
    }

    private List<String> select(String query) throws SQLException {
        try (Connection connection = sandbox.connect();
                Statement sql = connection.createStatement()) {
            sql.execute("set search_path = " + sandbox.schema());
            List<String> found = new ArrayList<>();
            try (ResultSet rows = sql.executeQuery("select " + query)) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        }
    }

    @Test
    void whatHasExpiredIsDeletedFromEverySlotAndWhatIsKeptForLongerStays() throws SQLException {
        publishAndClose(Draft.to(TOPIC, "kept").keeping(VERY_LONG));
        Set<String> slots = new HashSet<>();
        for (int round = 0; round < 8; round++) { // of nine minutes: all slots of six have their turn
            publishAndClose(Draft.to(OTHER, "gone").keeping(SHORT));
            List<String> stored = select("tableoid::regclass from event");
            assertThat(stored).hasSize(2).contains("event_long");
            slots.addAll(stored);
            sweepAll();
            assertThat(select("tableoid::regclass from event")).containsExactly("event_long");
        }
        assertThat(slots).containsExactlyInAnyOrder("event_0", "event_1", "event_2", "event_3", "event_long");

        sweepAfter(VERY_LONG.historyAge());
        assertThat(select("tableoid::regclass from event")).isEmpty();
    }

    private void publishAndClose(Draft draft) {
        try (Node publisher = Node.start(PostgresBackend.at(sandbox.address()))) {
            publisher.accept(draft);
        }
    }

    @Test
    void whatNobodyCanAskForAnyMoreIsDeletedAndNothingBefore() throws SQLException {
        node.accept(Draft.to(TOPIC, "1").withKey("key").with(Effect.SNAPSHOT));
        node.accept(Draft.close(OTHER, "done"));
        node.close();
        sandbox.execute(
                "set search_path = " + sandbox.schema() + "; insert into told (at, message) values (clock(), 'x');"
                        + " insert into poller values (7, clock() + 30000000); insert into node values (7, clock())");

        sweepAfter(Duration.ofSeconds(20));
        assertThat(left())
                .containsExactly("told", "poller", "used_key", "node", "snapshot", "topic", "topic", "appender");
        sweepAfter(Duration.ofSeconds(20));
        assertThat(left()).containsExactly("told", "used_key", "node", "snapshot", "topic", "topic", "appender");
        sweepAfter(Duration.ofSeconds(40));
        assertThat(left()).containsExactly("used_key", "node", "snapshot", "topic", "topic", "appender");
        sweepAfter(Duration.ofMinutes(5));
        assertThat(left()).containsExactly("node", "snapshot", "topic", "topic", "appender");
        sweepAfter(Duration.ofMinutes(5));
        assertThat(left()).containsExactly("snapshot", "topic", "topic", "appender");
        sweepAfter(Duration.ofHours(23));
        assertThat(left()).containsExactly("snapshot", "topic", "topic", "appender");
        sweepAfter(Duration.ofHours(1));
        assertThat(left()).isEmpty();
    }

    /// Returns the tables once for each row that is left, of the nodes only the one that was made up.
    private List<String> left() throws SQLException {
        return select("'told' from told union all select 'poller' from poller union all select 'used_key' from used_key"
                + " union all select 'node' from node where id = 7 union all select 'snapshot' from snapshot"
                + " union all select 'topic' from topic union all select distinct 'appender' from appender");
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
