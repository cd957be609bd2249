package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.contract.FaultScale;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Three processes publish to one topic, and again and again one of them is killed, wherever it is just then, and
/// another takes its place.
@ExtendWith(ThreadLeaks.class)
@Timeout(300)
final class KilledProcessesTest {
    private static final int KILLS = FaultScale.rounds(5, 50);
    private static final int MOST_BETWEEN = 3_000;
    /// Each publisher has so many numbers for itself.
    private static final int NUMBERS = 1_000_000;

    @TempDir
    Path folder;

    private final long seed = FaultScale.seed();
    private final Random random = new Random(seed);
    private final List<Child> alive = new ArrayList<>();
    /// What each publisher was told, in the order of their starts.
    private final List<CompletableFuture<List<String>>> acknowledged = new ArrayList<>();
    /// What was heard: for each publisher the positions of its numbers.
    private final Map<Integer, List<String>> heard = new HashMap<>();

    private Broadcaster here;
    private RecordingSubscriber reader;
    private long at;

    @BeforeEach
    void open() throws IOException {
        here = Broadcaster.builder(SqliteBackend.in(file()))
                .policy(ProcessesTest.LARGE)
                .start();
        reader = RecordingSubscriber.of(here.app("shop"), "orders", StartAt.live());
        for (int i = 0; i < 3; i++) {
            alive.add(publisher());
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Child child : alive) {
            child.close();
        }
        reader.close();
        here.close();
    }

    private Path file() {
        return folder.resolve("topics.db");
    }

    private Child publisher() throws IOException {
        int first = acknowledged.size() * NUMBERS;
        Child child = new Child(ChildPublisher.class, file(), "orders", first, first + NUMBERS - 1);
        acknowledged.add(child.restOfLines());
        return child;
    }

    @Test
    void whatWasAcknowledgedIsThereOnceAndInOrder() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            hear(random.nextInt(MOST_BETWEEN));
            int victim = random.nextInt(alive.size());
            alive.get(victim).kill();
            alive.set(victim, publisher());
        }
        alive.forEach(Child::kill);
        Position last = here.app("shop").topic("orders").publish("-1").position();
        hear((int) (last.offset() - at - 1));
        assertThat(reader.event().position()).isEqualTo(last);

        for (int publisher = 0; publisher < acknowledged.size(); publisher++) {
            List<String> told = acknowledged.get(publisher).get();
            List<String> stored = heard.getOrDefault(publisher, List.of());
            assertThat(stored.size())
                    .as("publisher %d, seed %d", publisher, seed)
                    .isBetween(told.size(), told.size() + 1);
            assertThat(stored.subList(0, told.size()))
                    .as("publisher %d, seed %d", publisher, seed)
                    .isEqualTo(told);
        }
        assertThat(integrity()).isEqualTo("ok");
    }

    /// Hears so many events. Each follows the one before, and the numbers of a publisher follow each other.
    private void hear(int events) {
        for (int i = 0; i < events; i++) {
            Received next = reader.event();
            assertThat(next.position().offset()).as("seed %d", seed).isEqualTo(++at);
            int number = Integer.parseInt(next.message());
            List<String> before = heard.computeIfAbsent(number / NUMBERS, none -> new ArrayList<>());
            assertThat(number % NUMBERS).as("seed %d", seed).isEqualTo(before.size());
            before.add(next.position().toString());
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
