package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Publishing inside transactions of an application that keeps its tables in the same file.
@ExtendWith(ThreadLeaks.class)
final class StagingTest {
    /// More than a reader can be behind.
    private static final TopicPolicy LARGE =
            TopicPolicy.DEFAULT.withHistory(10_000, 1 << 30, TopicPolicy.DEFAULT.historyAge());

    @TempDir
    Path folder;

    private SqliteBackend backend;
    private Broadcaster broadcaster;
    private App shop;

    @BeforeEach
    void start() {
        backend = SqliteBackend.in(file());
        broadcaster = Broadcaster.builder(backend).policy(LARGE).start();
        shop = broadcaster.app("shop");
    }

    @AfterEach
    void close() {
        broadcaster.close();
    }

    private Path file() {
        return folder.resolve("topics.db");
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    private Connection begin() throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        return connection;
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement sql = connection.createStatement()) {
            for (String statement : statements) {
                sql.execute(statement);
            }
        }
    }

    @Test
    void whatIsCommittedIsPublishedAndWhatIsRolledBackIsNot() throws SQLException {
        execute("create table sale(total integer)");
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin();
                Statement sql = connection.createStatement()) {
            // @start region="staging"
            Staging staging = backend.staging(connection);
            sql.execute("insert into sale values(12)");
            staging.publish("shop", "orders/42", Event.json("{\"total\":12}"));
            connection.commit();
            staging.committed();
            // @end

            staging.publish("shop", "orders/42", Event.json("\"rolled back\""));
            connection.rollback();
            staging.publish("shop", "orders/42", Event.json("\"after\""));
            connection.commit(); // nobody says so

            assertThat(reader.messages(2)).containsExactly("{\"total\":12}", "\"after\"");
        }
    }

    @Test
    void plainSqlPublishesAndUpdatesJobs() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Subscription<JobUpdate> job = shop.jobs().subscribe("import")) {
            execute(
                    "insert into outbox(app, topic, message) values('shop', 'orders/42', '{\"total\": 12}')",
                    "insert into outbox(app, topic, message) values('shop', '$jobs/import', '{\"progress\": 0.5}')",
                    "insert into outbox(app, topic, message)"
                            + " values('shop', '$jobs/import', '{\"status\": \"complete\"}')");

            assertThat(reader.messages(1)).containsExactly("{\"total\":12}");
            List<JobStatus> seen = new ArrayList<>();
            job.forEach(update -> seen.add(update.status())); // ends with the job
            assertThat(seen).endsWith(JobStatus.COMPLETE);
        }
    }

    @Test
    void theEventsOfATopicKeepTheirOrder() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin()) {
            Staging staging = backend.staging(connection);
            for (int i = 0; i < 1_200; i++) {
                staging.publish("shop", "orders/42", Event.json("" + i));
                if (i % 100 == 99) {
                    connection.commit();
                    staging.committed();
                }
            }
            List<String> all =
                    IntStream.range(0, 1_200).mapToObj(String::valueOf).toList();
            assertThat(reader.messages(1_200)).isEqualTo(all);
        }
    }

    @Test
    void severalNodesRelayNothingTwice() throws SQLException {
        Path same = folder.resolve("../" + folder.getFileName() + "/topics.db"); // by another way
        try (Broadcaster other = Broadcaster.builder(SqliteBackend.in(same))
                        .policy(LARGE)
                        .start();
                RecordingSubscriber reader = RecordingSubscriber.of(other.app("shop"), "orders/42", StartAt.live());
                Connection connection = begin()) {
            Staging staging = backend.staging(connection);
            for (int i = 0; i < 300; i++) {
                staging.publish("shop", "orders/42", Event.json("" + i));
                connection.commit();
                staging.committed();
            }
            List<String> all = IntStream.range(0, 300).mapToObj(String::valueOf).toList();
            assertThat(reader.messages(300)).isEqualTo(all);
            assertThat(shop.topic("orders/42").state().orElseThrow().position().offset())
                    .isEqualTo(300);
        }
    }

    @Test
    void whatATopicRefusesStaysInTheOutboxWithTheReason() throws Exception {
        shop.topic("orders/42").publish(Event.json("1").closing(new CloseReason("done")));
        execute(
                "insert into outbox(app, topic, message) values('shop', 'orders/42', '2')",
                "insert into outbox(app, topic, message) values('shop', 'bad//name', '3')",
                "insert into outbox(app, topic, message) values('shop', 'orders/43', 'no json')",
                "insert into outbox(app, topic, message) values('shop', 'orders/43', '4')");
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/43", StartAt.earliest())) {
            assertThat(reader.messages(1)).containsExactly("4");
        }
        assertThat(refusals())
                .hasSize(3)
                .anyMatch(reason -> reason.contains("closed"))
                .anyMatch(reason -> reason.contains("bad//name"))
                .anyMatch(reason -> reason.contains("not JSON"));
    }

    /// Returns the reasons once everything has one: events of other topics may be relayed before.
    private List<String> refusals() throws SQLException {
        try (Connection connection = connect();
                Statement sql = connection.createStatement()) {
            List<String> refusals = new ArrayList<>();
            do {
                assertThat(Thread.interrupted())
                        .as("the test has taken too long")
                        .isFalse();
                refusals.clear();
                try (ResultSet rows = sql.executeQuery("select refused from outbox")) {
                    while (rows.next()) {
                        refusals.add(rows.getString(1));
                    }
                }
            } while (refusals.contains(null));
            return refusals;
        }
    }

    @Test
    void allThatAnEventSaysOfItselfIsPublished() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin()) {
            Staging staging = backend.staging(connection);
            Event last = Event.json("1").named("sold").asSnapshot().closing(new CloseReason("done"));
            staging.publish("shop", "orders/42", last);
            connection.commit();
            staging.committed();

            assertThat(reader.event().eventName()).contains("sold");
            assertThat(reader.end().reason()).isEqualTo(new CloseReason("done"));
            assertThat(shop.topic("orders/42").state().orElseThrow().snapshot()).isPresent();
        }
    }

    @Test
    void whatWasStagedWhileNobodyRelaysIsPublishedLater() throws SQLException {
        broadcaster.close();
        execute("insert into outbox(app, topic, message) values('shop', 'orders/42', '1')");
        start();

        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.earliest())) {
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    @Test
    void whatATransactionCannotDecideIsNotTaken() throws SQLException {
        try (Connection connection = begin()) {
            Staging staging = backend.staging(connection);
            assertThatThrownBy(
                            () -> staging.publish("shop", "a", Event.json("1").withIdempotencyKey("key")))
                    .hasMessageContaining("its transaction decides");
            assertThatThrownBy(() ->
                            staging.update("shop", "a", JobChange.progress(0.5).idempotencyKey("key")))
                    .hasMessageContaining("its transaction decides");
        }
    }
}
