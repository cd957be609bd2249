package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Durability;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.TopicName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What publishers are told when the file takes no more.
@ExtendWith(ThreadLeaks.class)
final class WriterTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final Bytes LARGE = Bytes.utf8("\"" + "x".repeat(20_000) + "\"");

    @TempDir
    Path folder;

    private final List<String> failures = new ArrayList<>();
    private Rows rows;
    private Bus bus;
    private Writer writer;

    @BeforeEach
    void open() throws Exception {
        SqliteFile file = new SqliteFile(folder.resolve("topics.db"), Durability.COMMITTED);
        file.make();
        rows = new Rows(file.connectToWrite());
        bus = Bus.beside(folder.resolve("topics.db"));
        Writer.Reports reports = new Writer.Reports() {
            @Override
            public boolean isInPlace() {
                return true;
            }

            @Override
            public void beginning() {
                // the log may be as long as it likes
            }

            @Override
            public void committed() {
                // nobody reads here
            }

            @Override
            public void swept(boolean changed) {
                // nobody reads here
            }

            @Override
            public void failed(String reason) {
                failures.add(reason);
            }

            @Override
            public boolean isRead(TopicName topic) {
                return false;
            }
        };
        writer = new Writer(rows, Durability.COMMITTED, bus, Clock.system(), reports);
    }

    @AfterEach
    void close() throws Exception {
        writer.close(1_000);
        rows.close();
        bus.close();
    }

    private AppendResult append() throws Exception {
        var append = new Append(TOPIC, 7, null, LARGE, false, Effect.KEEP, null, null, TopicPolicy.DEFAULT);
        return writer.append(List.of(append))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .get(0);
    }

    @Test
    void aFullDiskRefusesWhatItCannotTakeAndLosesNothing() throws Exception {
        rows.number(0, "pragma max_page_count = 60");
        int stored = 0;
        AppendResult result = append();
        while (result instanceof AppendResult.Accepted) {
            stored++;
            result = append();
        }
        assertThat(result).isInstanceOf(AppendResult.StorageFull.class);
        assertThat(failures).as("the store is full, not away").isEmpty();

        rows.number(0, "pragma max_page_count = 10000");
        AppendResult next = append();
        assertThat(next).isInstanceOf(AppendResult.Accepted.class);
        assertThat(((AppendResult.Accepted) next).position().offset()).isEqualTo(stored + 1);
    }
}
