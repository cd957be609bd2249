package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Event;
import dev.fanfare.contract.ThreadLeaks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// R27: another program reads the file in one long transaction. The log holds all that is written meanwhile; once the
/// reader is gone, it becomes short again, and stays so whatever is written.
@ExtendWith(ThreadLeaks.class)
@Timeout(600)
class LongReaderTest {
    /// What it may keep when nothing is written.
    private static final long LARGEST_LOG = 64 << 20;
    /// What it may come to while much is written.
    private static final long LARGEST_AT_WORK = 100_000_000;

    private static final int BATCH = 50;
    private static final int BATCHES = Scale.rounds(25, 150);
    private static final String PADDING = "\"" + "x".repeat(60_000) + "\"";

    @TempDir
    Path folder;

    @Test
    void theLogBecomesShortAfterALongReaderAndStaysSo() throws Exception {
        Path file = folder.resolve("topics.db");
        try (FaultRun run = new FaultRun(folder, node -> FaultRun.lively("sqlite:" + file), 1)) {
            publish(run);
            try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement sql = reader.createStatement()) {
                sql.execute("begin");
                sql.executeQuery("select count(*) from sqlite_schema").close();
                for (int i = 0; i < BATCHES; i++) {
                    publish(run);
                }
            }
            assertThat(log(file)).as("what the reader holds up").isGreaterThan(LARGEST_LOG);
            run.hub(0).await("done with the log", FaultRun.PATIENCE, () -> log(file) <= LARGEST_LOG);
            for (int i = 0; i < BATCHES; i++) {
                publish(run);
                assertThat(log(file)).isLessThan(LARGEST_AT_WORK);
            }
        }
    }

    private static void publish(FaultRun run) {
        CompletableFuture<?>[] acknowledged = IntStream.range(0, BATCH)
                .mapToObj(i -> run.app(0)
                        .topic("orders")
                        .publishAsync(Event.json(PADDING))
                        .toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(acknowledged).join();
    }

    private static long log(Path file) {
        try {
            return Files.size(Path.of(file + "-wal"));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
