package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Several processes on one file.
@ExtendWith(ThreadLeaks.class)
final class ProcessesTest {
    private static final TopicPolicy LARGE =
            TopicPolicy.DEFAULT.withHistory(1_000_000, 1 << 30, TopicPolicy.DEFAULT.historyAge());

    @TempDir
    Path folder;

    private Broadcaster here;

    private Path file() {
        return folder.resolve("topics.db");
    }

    private Broadcaster open() {
        here = Broadcaster.builder(SqliteBackend.in(file())).policy(LARGE).start();
        return here;
    }

    @AfterEach
    void close() {
        here.close();
    }

    private Process publisher(Path file, int events) throws IOException {
        return publisher(file, "orders", events);
    }

    private Process publisher(String topic, int events) throws IOException {
        return publisher(file(), topic, events);
    }

    private static Process publisher(Path file, String topic, int events) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ChildPublisher.class.getName(),
                        file.toString(),
                        topic,
                        String.valueOf(events))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void whatAnotherProcessPublishesArrivesInOrder() throws Exception {
        Broadcaster broadcaster = open();
        try (RecordingSubscriber reader = RecordingSubscriber.of(broadcaster.app("shop"), "orders", StartAt.live())) {
            Process other = publisher("orders", 500);
            List<String> all =
                    IntStream.rangeClosed(1, 500).mapToObj(i -> "" + i).toList();

            assertThat(reader.messages(500)).isEqualTo(all);
            assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aProcessThatIsKilledLeavesTheFileWholeAndTheOthersAtWork() throws Exception {
        Broadcaster broadcaster = open();
        try (RecordingSubscriber reader = RecordingSubscriber.of(broadcaster.app("shop"), "orders", StartAt.live())) {
            long at = 0;
            for (int round = 0; round < 5; round++) {
                Process other = publisher("orders", 1_000_000);
                try (BufferedReader positions = other.inputReader(StandardCharsets.UTF_8)) {
                    for (int i = 0; i < 50 * (round + 1); i++) {
                        positions.readLine();
                    }
                    other.destroyForcibly().waitFor();
                }
                long own = broadcaster
                        .app("shop")
                        .topic("orders")
                        .publish("\"after\"")
                        .position()
                        .offset();
                while (at < own) {
                    Delivery next = reader.next();
                    assertThat(next.position().offset()).isEqualTo(++at);
                }
            }
        }
        assertThat(integrity()).isEqualTo("ok");
    }

    @Test
    void processesMayMakeTheFileAtTheSameMoment() throws Exception {
        for (int round = 0; round < 3; round++) {
            Path fresh = folder.resolve("fresh-" + round + ".db");
            List<Process> all = List.of(publisher(fresh, 20), publisher(fresh, 20), publisher(fresh, 20));
            for (Process process : all) {
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
            }
        }
        open();
    }

    @Test
    void aProcessThatHasEndedLeavesNoSocketBehind() throws Exception {
        Broadcaster broadcaster = open();
        Process other = publisher("orders", 10);
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        broadcaster.close();

        try (Stream<Path> left = Files.list(Path.of(file() + ".bus"))) {
            assertThat(left).containsExactly(Path.of(file() + ".bus", "lock"));
        }
    }

    private String integrity() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement sql = connection.createStatement();
                ResultSet result = sql.executeQuery("pragma integrity_check")) {
            return result.getString(1);
        }
    }
}
