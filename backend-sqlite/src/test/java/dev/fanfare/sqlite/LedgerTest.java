package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.TopicName;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stays in the tables, and for how long.
final class LedgerTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final long HOUR = Duration.ofHours(1).toNanos() / 1000;
    private static final long BEGIN = 1_000 * HOUR;
    private static final TopicPolicy POLICY =
            TopicPolicy.DEFAULT.withHistory(10, 1 << 20, TopicPolicy.DEFAULT.historyAge());

    @TempDir
    Path folder;

    private Rows rows;
    private Sweeper sweeper;
    private Ledger ledger;

    @BeforeEach
    void open() throws SQLException {
        SqliteFile file = new SqliteFile(folder.resolve("topics.db"), Durability.COMMITTED);
        file.make();
        rows = new Rows(file.connectToWrite());
        sweeper = new Sweeper(rows);
        ledger = new Ledger(rows, sweeper, Durability.COMMITTED);
    }

    @AfterEach
    void close() throws SQLException {
        rows.close();
    }

    private interface Change {
        void make() throws SQLException;
    }

    private void inTransaction(Change change) throws SQLException {
        rows.begin();
        ledger.begin();
        change.make();
        ledger.end();
        rows.commit();
    }

    private void append(String key, Effect effect, long now) throws SQLException {
        var append = new Append(TOPIC, 7, null, Bytes.utf8("\"hello\""), false, effect, null, key, POLICY);
        inTransaction(() -> assertThat(ledger.append(append, now)).isInstanceOf(AppendResult.Accepted.class));
    }

    private void append(TopicPolicy policy) throws SQLException {
        var append = new Append(TOPIC, 7, null, Bytes.utf8("\"hello\""), false, Effect.KEEP, null, null, policy);
        inTransaction(() -> assertThat(ledger.append(append, BEGIN)).isInstanceOf(AppendResult.Accepted.class));
    }

    private void sweep(long now, boolean isRead) throws SQLException {
        inTransaction(() -> {
            ledger.lookAgain(sweeper.sweep(50, 50, now, topic -> isRead)); // what this passes over, the next deletes
            ledger.lookAgain(sweeper.sweep(50, 50, now, topic -> isRead));
        });
    }

    private long count(String table) throws SQLException {
        return rows.number(-1, "select count(*) from " + table);
    }

    @Test
    void whatHistoryHasLostByNumberIsDeletedALittleLater() throws SQLException {
        for (int i = 0; i < 30; i++) {
            append(null, Effect.KEEP, BEGIN);
        }
        sweep(BEGIN, false);
        assertThat(count("event"))
                .as("other processes may not have read them yet")
                .isEqualTo(30);

        sweep(BEGIN + 10_000_000, false);
        assertThat(count("event")).isEqualTo(10);
        assertThat(rows.number(0, "select sum(length(body)) from event")).isEqualTo(10 * 7);
    }

    @Test
    void bytesAreCountedFromWhereNumberHasLeftHistory() throws SQLException {
        for (int i = 0; i < 25; i++) {
            append(null, Effect.KEEP, BEGIN); // 15 are passed over by number
        }
        append(POLICY.withHistory(10, 30, POLICY.historyAge()));

        assertThat(rows.topic("shop", "orders").first()).as("four of 7 bytes").isEqualTo(23);
        append(POLICY.withHistory(10, 1, POLICY.historyAge()));
        assertThat(rows.topic("shop", "orders").first()).as("the last stays").isEqualTo(27);
    }

    @Test
    void aTopicThatTheSweepHasChangedIsReadAgain() throws SQLException {
        append(null, Effect.KEEP, BEGIN);
        sweep(BEGIN + HOUR, false);
        append(null, Effect.KEEP, BEGIN + HOUR);

        assertThat(rows.topic("shop", "orders").first()).isEqualTo(2);
    }

    @Test
    void whatHistoryHasLostByAgeIsDeletedButTheTopicGoesOn() throws SQLException {
        append("key", Effect.SNAPSHOT, BEGIN);
        Position at = rows.topic("shop", "orders").position();
        sweep(BEGIN + HOUR, false);

        assertThat(count("event")).isZero();
        assertThat(count("used_key")).isZero();
        assertThat(count("snapshot")).isEqualTo(1);
        assertThat(rows.topic("shop", "orders").position()).isEqualTo(at);
        assertThat(rows.topic("shop", "orders").passed())
                .isEqualTo(rows.topic("shop", "orders").bytes());
    }

    @Test
    void thePurgeOfAQuietTopicStaysUntilTheOtherProcessesHaveReadIt() throws SQLException {
        append(null, Effect.KEEP, BEGIN);
        long later = BEGIN + HOUR;
        inTransaction(() -> ledger.purge("shop", later));
        sweep(later + 1_000_000, false);
        assertThat(count("event where state = 2")).isEqualTo(1);

        sweep(later + 10_000_000, false);
        assertThat(count("topic") + count("event")).isZero();
    }

    @Test
    void aTopicThatNobodyUsesLeavesNothing() throws SQLException {
        append("key", Effect.SNAPSHOT, BEGIN);
        sweep(BEGIN + 25 * HOUR, false);

        assertThat(count("topic") + count("event") + count("snapshot") + count("used_key"))
                .isZero();
    }

    @Test
    void aTopicThatIsReadIsNotForgottenHoweverQuiet() throws SQLException {
        append(null, Effect.SNAPSHOT, BEGIN);
        for (int hour = 1; hour < 100; hour++) {
            sweep(BEGIN + hour * HOUR, true);
        }
        assertThat(count("topic")).isEqualTo(1);

        sweep(BEGIN + 125 * HOUR, false);
        assertThat(count("topic")).isZero();
    }
}
