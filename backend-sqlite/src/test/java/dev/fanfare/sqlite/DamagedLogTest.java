package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.StartAt;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A log that ends too early, or that is damaged, has lost what follows: the file is whole without that, and who
/// had seen it is told.
@ExtendWith(ThreadLeaks.class)
final class DamagedLogTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final int EVENTS = 50;

    @TempDir
    Path folder;

    private byte[] log;
    private Position last;

    /// Leaves the file as a kill does, each event in a transaction of its own, and none moved from the log yet.
    @BeforeEach
    void leave() throws SQLException, IOException {
        Path alive = folder.resolve("alive.db");
        SqliteFile file = new SqliteFile(alive, Durability.COMMITTED);
        file.make();
        try (Rows rows = new Rows(file.connectToWrite())) {
            Ledger ledger = new Ledger(rows, new Sweeper(rows), Durability.COMMITTED);
            for (int i = 1; i <= EVENTS; i++) {
                last = append(rows, ledger, "" + i);
            }
            Files.copy(alive, file());
            log = Files.readAllBytes(file.log());
        }
    }

    private static Position append(Rows rows, Ledger ledger, String message) throws SQLException {
        rows.begin();
        ledger.begin();
        AppendResult result = ledger.append(Draft.to(TOPIC, message).append(), Rows.micros(Instant.now()));
        ledger.end();
        rows.commit();
        return ((AppendResult.Accepted) result).position();
    }

    private Path file() {
        return folder.resolve("topics.db");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.9, 0.999})
    void whatATruncatedLogHasLostIsTold(double part) throws Exception {
        assertTold(Arrays.copyOf(log, (int) (log.length * part)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.9, 0.999})
    void whatFollowsADamagedFrameIsTold(double part) throws Exception {
        byte[] damaged = log.clone();
        damaged[(int) (log.length * part)] ^= 0x10;
        assertTold(damaged);
    }

    private void assertTold(byte[] damaged) throws Exception {
        Files.write(Path.of(file() + "-wal"), damaged);
        try (Broadcaster broadcaster = Broadcaster.on(SqliteBackend.in(file()));
                RecordingSubscriber known =
                        RecordingSubscriber.of(broadcaster.app("shop"), "orders", StartAt.after(last));
                RecordingSubscriber fresh =
                        RecordingSubscriber.of(broadcaster.app("shop"), "orders", StartAt.earliest())) {
            assertThat(known.gap().cause()).isEqualTo(Delivery.Cause.REWOUND);
            Position next = broadcaster.app("shop").topic("orders").publish("0").position();
            assertThat(next.offset()).isBetween(2L, (long) EVENTS);
            int left = (int) next.offset() - 1;
            List<String> whole =
                    IntStream.rangeClosed(1, left).mapToObj(i -> "" + i).toList();
            assertThat(fresh.messages(left)).isEqualTo(whole);
            assertThat(fresh.event().position()).isEqualTo(next);
            while (!known.event().position().equals(next)) {
                Thread.onSpinWait(); // what comes again after the gap
            }
        }
        assertThat(integrity()).isEqualTo("ok");
    }

    private String integrity() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement sql = connection.createStatement();
                ResultSet result = sql.executeQuery("pragma integrity_check")) {
            return result.getString(1);
        }
    }
}
