package dev.fanfare.postgres;

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
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Publishing inside transactions of an application.
@ExtendWith(ThreadLeaks.class)
final class StagingTest {
    /// Holds all that a test stages, however slow its reader is.
    private static final TopicPolicy LARGE =
            TopicPolicy.DEFAULT.withHistory(10_000, 1 << 20, TopicPolicy.DEFAULT.historyAge());

    private final Sandbox sandbox = new Sandbox();
    private final PostgresBackend backend = PostgresBackend.at(sandbox.address());
    private final Broadcaster broadcaster =
            Broadcaster.builder(backend).policy(LARGE).start();
    private final App shop = broadcaster.app("shop");

    @AfterEach
    void close() {
        broadcaster.close();
        sandbox.close();
    }

    private Connection begin() throws SQLException {
        Connection connection = sandbox.connect();
        connection.setAutoCommit(false);
        return connection;
    }

    @Test
    void whatIsCommittedIsPublishedAndWhatIsRolledBackIsNot() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin()) {
            // @start region="staging"
            Staging staging = backend.staging(connection);
            staging.publish("shop", "orders/42", Event.json("{\"total\":12}"));
            connection.commit(); // and with it, whatever else belongs to the transaction
            staging.committed();
            // @end

            staging.publish("shop", "orders/42", Event.json("\"rolled back\""));
            connection.rollback();
            staging.publish("shop", "orders/42", Event.json("\"after\""));
            connection.commit();

            assertThat(reader.messages(2)).containsExactly("{\"total\":12}", "\"after\"");
        }
    }

    @Test
    void plainSqlPublishesAndUpdatesJobs() {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Subscription<JobUpdate> job = shop.jobs().subscribe("import")) {
            sandbox.execute("select " + sandbox.schema() + ".publish('shop', 'orders/42', '{\"total\": 12}');"
                    + "select " + sandbox.schema() + ".update_job('shop', 'import', '{\"progress\": 0.5}');"
                    + "select " + sandbox.schema() + ".update_job('shop', 'import', '{\"status\": \"complete\"}')");

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
        try (Broadcaster other = Broadcaster.builder(PostgresBackend.at(sandbox.address()))
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
        sandbox.execute("select " + sandbox.schema() + ".publish('shop', 'orders/42', '2');"
                + "select " + sandbox.schema() + ".publish('shop', 'bad//name', '3');"
                + "select " + sandbox.schema() + ".publish('shop', 'orders/43', '4')");
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/43", StartAt.earliest())) {
            assertThat(reader.messages(1)).containsExactly("4");
        }
        assertThat(refusals())
                .hasSize(2)
                .anyMatch(reason -> reason.contains("closed"))
                .anyMatch(reason -> reason.contains("bad//name"));
    }

    private List<String> refusals() throws SQLException {
        try (Connection connection = sandbox.connect();
                Statement sql = connection.createStatement();
                ResultSet rows = sql.executeQuery("select array_agg(refused) from " + sandbox.schema() + ".outbox")) {
            rows.next();
            return List.of((String[]) rows.getArray(1).getArray());
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
