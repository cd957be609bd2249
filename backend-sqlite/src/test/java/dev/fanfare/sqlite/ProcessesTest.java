package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Several processes on one file.
@ExtendWith(ThreadLeaks.class)
final class ProcessesTest {
    static final TopicPolicy LARGE =
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

    private Child publisher(String topic, int events) throws IOException {
        return new Child(ChildPublisher.class, file(), topic, 1, events);
    }

    @Test
    void whatAnotherProcessPublishesArrivesInOrder() throws Exception {
        Broadcaster broadcaster = open();
        try (RecordingSubscriber reader = RecordingSubscriber.of(broadcaster.app("shop"), "orders", StartAt.live())) {
            Child other = publisher("orders", 500);
            List<String> all =
                    IntStream.rangeClosed(1, 500).mapToObj(i -> "" + i).toList();

            assertThat(reader.messages(500)).isEqualTo(all);
            assertThat(other.endsWell()).isTrue();
        }
    }

    @Test
    void processesMayMakeTheFileAtTheSameMoment() throws Exception {
        for (int round = 0; round < 3; round++) {
            Path fresh = folder.resolve("fresh-" + round + ".db");
            List<Child> all = new ArrayList<>();
            for (int process = 0; process < 3; process++) {
                all.add(new Child(ChildPublisher.class, fresh, "orders", 1, 20));
            }
            for (Child process : all) {
                assertThat(process.endsWell()).isTrue();
            }
        }
        open();
    }

    @Test
    void aProcessThatHasEndedLeavesNoSocketBehind() throws Exception {
        Broadcaster broadcaster = open();
        assertThat(publisher("orders", 10).endsWell()).isTrue();
        broadcaster.close();

        try (Stream<Path> left = Files.list(Path.of(file() + ".bus"))) {
            assertThat(left).containsExactly(Path.of(file() + ".bus", "lock"));
        }
    }
}
