package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Durability;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is committed is looked through in parts, to its end.
final class FeedTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final TopicName OTHER = new TopicName("shop", "other");
    private static final int HALF_MEGABYTE = 1 << 19;

    @TempDir
    Path folder;

    private Rows rows;
    private Ledger ledger;
    private Feed feed;

    @BeforeEach
    void open() throws SQLException {
        SqliteFile file = new SqliteFile(folder.resolve("topics.db"), Durability.COMMITTED);
        file.make();
        rows = new Rows(file.connectToWrite());
        ledger = new Ledger(rows, new Sweeper(rows), Durability.COMMITTED);
        feed = new Feed(rows);
    }

    @AfterEach
    void close() throws SQLException {
        rows.close();
    }

    private void append(TopicName topic, int count, String message) throws SQLException {
        TopicPolicy large = TopicPolicy.DEFAULT.withHistory(count, Long.MAX_VALUE, TopicPolicy.DEFAULT.historyAge());
        var append = new Append(topic, 7, null, Bytes.utf8(message), false, Effect.KEEP, null, null, large);
        rows.begin();
        ledger.begin();
        for (int i = 0; i < count; i++) {
            assertThat(ledger.append(append, 1)).isInstanceOf(AppendResult.Accepted.class);
        }
        ledger.end();
        rows.commit();
    }

    private List<StoredEvent> look() throws SQLException {
        return feed.look(TOPIC::equals).stream()
                .flatMap(item -> item.events().stream())
                .toList();
    }

    private List<StoredEvent> lookToTheEnd() throws SQLException {
        List<StoredEvent> all = new ArrayList<>(look());
        while (feed.hasMore()) {
            all.addAll(look());
        }
        return all;
    }

    @Test
    void whatIsWantedIsFoundBehindMuchThatIsNot() throws SQLException {
        append(OTHER, 5_000, "1");
        append(TOPIC, 1, "2");
        assertThat(lookToTheEnd()).hasSize(1);
        assertThat(look()).isEmpty();
    }

    @Test
    void onlySoManyBytesAreHeldAtOnce() throws SQLException {
        append(TOPIC, 20, "\"" + "x".repeat(HALF_MEGABYTE) + "\"");
        List<StoredEvent> first = look();
        assertThat(first).hasSizeBetween(1, 10);
        assertThat(lookToTheEnd()).hasSize(20 - first.size());
    }
}
