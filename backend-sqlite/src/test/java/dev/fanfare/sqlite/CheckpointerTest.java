package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.Event;
import dev.fanfare.Topic;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// How long the write-ahead log becomes.
@ExtendWith(ThreadLeaks.class)
final class CheckpointerTest {
    private static final String MESSAGE = "\"" + "x".repeat(10_000) + "\"";
    private static final long MEBI = 1 << 20;
    private static final TopicPolicy FEW =
            TopicPolicy.DEFAULT.withHistory(10, 1 << 20, TopicPolicy.DEFAULT.historyAge());

    @TempDir
    Path folder;

    private SqliteBackend backend;
    private Broadcaster broadcaster;

    @BeforeEach
    void open() {
        backend = SqliteBackend.in(file());
        broadcaster = Broadcaster.builder(backend).policy(FEW).start();
    }

    @AfterEach
    void close() {
        broadcaster.close();
    }

    private Path file() {
        return folder.resolve("topics.db");
    }

    private long logBytes() throws IOException {
        return Files.size(Path.of(file() + "-wal"));
    }

    /// Publishes without a pause: while one commit is under way, the next has company waiting.
    private void publish(int events) {
        List<Topic> topics = Stream.of("a", "b", "c", "d")
                .map(broadcaster.app("shop")::topic)
                .toList();
        List<CompletableFuture<Void>> publishers = topics.stream()
                .map(topic -> CompletableFuture.runAsync(() ->
                        IntStream.range(0, events / topics.size()).forEach(i -> topic.publish(Event.json(MESSAGE)))))
                .toList();
        publishers.forEach(CompletableFuture::join);
    }

    @Test
    void staysShortHoweverMuchIsPublished() throws IOException {
        publish(16_000);

        assertThat(logBytes()).isLessThan(100 * MEBI);
    }

    /// As many wait at once as may: a transaction that takes all of them adds 60 MB to a log that has as much.
    @Test
    void staysShortHoweverLargeTheMessagesAre() throws Exception {
        TopicName topic = new TopicName("shop", "a");
        Append append = Draft.to(topic, "\"" + "x".repeat((1 << 20) - 2) + "\"")
                .keeping(FEW)
                .append();
        for (int round = 0; round < 5; round++) {
            List<CompletableFuture<List<AppendResult>>> answers = Stream.generate(() -> append)
                    .limit(60)
                    .map(each -> backend.append(List.of(each)).toCompletableFuture())
                    .toList();
            for (CompletableFuture<List<AppendResult>> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS)).hasOnlyElementsOfType(AppendResult.Accepted.class);
            }
            assertThat(logBytes()).isLessThan(100 * MEBI);
        }
    }

    @Test
    void whatALongReadingHasMadeHugeIsGivenBackOnceItEnds() throws Exception {
        try (WatchService changes = folder.getFileSystem().newWatchService();
                Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement sql = reader.createStatement()) {
            publish(4);
            sql.execute("begin");
            sql.executeQuery("select count(*) from event").close();
            publish(8_000);
            assertThat(logBytes()).isGreaterThan(70 * MEBI);

            sql.execute("commit");
            folder.register(changes, StandardWatchEventKinds.ENTRY_MODIFY);
            while (logBytes() > 64 * MEBI) {
                WatchKey change = changes.poll(20, TimeUnit.SECONDS);
                assertThat(change).as("a change of the log").isNotNull();
                change.pollEvents();
                change.reset();
            }
        }
    }
}
