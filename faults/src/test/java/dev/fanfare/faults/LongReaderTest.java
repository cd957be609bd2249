package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Event;
import dev.fanfare.contract.ThreadLeaks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

/// R27: another program reads the file in one long transaction. The log cannot be moved into the file meanwhile;
/// once the reader is gone, it does not go on growing.
@ExtendWith(ThreadLeaks.class)
@Timeout(120)
class LongReaderTest {
    private static final long LARGEST_LOG = 64 << 20;
    /// Where SQLite's index of the log keeps the number of its pages, and of those that were moved into the file.
    private static final int FRAMES = 16;
    private static final int MOVED = 96;
    private static final int ROUNDS = 20;
    private static final int EVENTS = Scale.rounds(500, 2_000);
    private static final String PADDING = "\"" + "x".repeat(4_000) + "\"";

    @TempDir
    Path folder;

    @Test
    void theLogDoesNotGrowForeverAfterALongReader() throws Exception {
        Path file = folder.resolve("topics.db");
        try (FaultRun run = new FaultRun(folder, node -> FaultRun.lively("sqlite:" + file), 1)) {
            publish(run, 10);
            try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement sql = reader.createStatement()) {
                sql.execute("begin");
                sql.executeQuery("select count(*) from sqlite_schema").close();
                publish(run, EVENTS);
            }
            long behindTheReader = size(file);
            assertThat(behindTheReader).isLessThan(LARGEST_LOG);
            awaitCheckpoint(run, file);
            for (int i = 0; i < ROUNDS; i++) {
                publish(run, EVENTS / ROUNDS * 2);
                awaitCheckpoint(run, file);
            }
            assertThat(size(file)).as("the log, after twice as much").isLessThan(behindTheReader * 3 / 2);
        }
    }

    private static void publish(FaultRun run, int count) {
        CompletableFuture<?>[] acknowledged = IntStream.range(0, count)
                .mapToObj(i -> run.app(0)
                        .topic("orders")
                        .publishAsync(Event.json(PADDING))
                        .toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(acknowledged).join();
    }

    /// Waits until all of the log is in the file. The index beside it says how much there is, and how much was moved.
    private static void awaitCheckpoint(FaultRun run, Path file) {
        Path index = Path.of(file + "-shm");
        run.hub(0).await("done with the log", FaultRun.PATIENCE, () -> {
            ByteBuffer head = ByteBuffer.wrap(bytes(index)).order(ByteOrder.nativeOrder());
            return head.getInt(FRAMES) == head.getInt(MOVED);
        });
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static long size(Path file) throws IOException {
        return Files.size(Path.of(file + "-wal"));
    }
}
