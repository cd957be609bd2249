package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.Staging;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Outbox;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// The rules of a backend that is an [Outbox]: what applications publish inside transactions of their own.
@ExtendWith(ThreadLeaks.class)
public abstract class OutboxContract {
    private static final int BACKLOG = 30_000;
    /// More than are relayed at once.
    private static final int SOME = 600;

    private static final TopicName HELD = new TopicName("shop", "orders/held");

    private Backend backend;
    private Broadcaster broadcaster;
    private App shop;

    /// Makes a backend, not yet started, on the store of the test.
    protected abstract Backend open();

    /// Opens a connection of an application to the store's database.
    protected abstract Connection connect() throws SQLException;

    /// Returns the statement that stages an event, or the update of a job, in plain SQL.
    protected abstract String staging(String topic, String message);

    /// Returns the name of the table of what is staged.
    protected abstract String outbox();

    protected final App shop() {
        return shop;
    }

    @BeforeEach
    final void start() {
        backend = open();
        broadcaster = start(backend);
        shop = broadcaster.app("shop");
    }

    private static Broadcaster start(Backend unstarted) {
        return Broadcaster.builder(unstarted).policy(Policies.LARGE).start();
    }

    @AfterEach
    final void close() {
        broadcaster.close();
    }

    private Connection begin() throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        return connection;
    }

    protected final void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement sql = connection.createStatement()) {
            for (String statement : statements) {
                sql.execute(statement);
            }
        }
    }

    private Staging staging(Connection connection) {
        return ((Outbox) backend).staging(connection);
    }

    @Test
    void whatIsCommittedIsPublishedAndWhatIsRolledBackIsNot() throws SQLException {
        execute("create table sale(total integer)");
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin();
                Statement sql = connection.createStatement()) {
            Staging staging = staging(connection);
            sql.execute("insert into sale values(12)");
            staging.publish("shop", "orders/42", Event.json("{\"total\":12}"));
            connection.commit();
            staging.committed();

            staging.publish("shop", "orders/42", Event.json("\"rolled back\""));
            connection.rollback();
            staging.publish("shop", "orders/42", Event.json("\"after\""));
            connection.commit(); // nobody says so

            assertThat(reader.messages(2)).containsExactly("{\"total\":12}", "\"after\"");
        } finally {
            execute("drop table sale");
        }
    }

    @Test
    void plainSqlPublishesAndUpdatesJobs() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Subscription<JobUpdate> job = shop.jobs().subscribe("import")) {
            execute(
                    staging("orders/42", "{\"total\": 12}"),
                    staging("$jobs/import", "{\"progress\": 0.5}"),
                    staging("$jobs/import", "{\"status\": \"complete\"}"));

            assertThat(reader.messages(1)).containsExactly("{\"total\":12}");
            List<JobStatus> seen = new ArrayList<>();
            job.forEach(update -> seen.add(update.status())); // ends with the job
            assertThat(seen).endsWith(JobStatus.COMPLETE);
        }
    }

    @Test
    void jobsAreUpdatedWithTheCommit() throws SQLException {
        try (Subscription<JobUpdate> job = shop.jobs().subscribe("import");
                Connection connection = begin()) {
            Staging staging = staging(connection);
            staging.update("shop", "import", JobChange.progress(0.5));
            staging.update("shop", "import", JobChange.status(JobStatus.COMPLETE));
            connection.commit();
            staging.committed();

            List<JobStatus> seen = new ArrayList<>();
            job.forEach(update -> seen.add(update.status()));
            assertThat(seen).endsWith(JobStatus.COMPLETE);
        }
    }

    @Test
    void theEventsOfATopicKeepTheirOrder() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin()) {
            Staging staging = staging(connection);
            for (int i = 0; i < 1_200; i++) {
                staging.publish("shop", "orders/42", Event.json("" + i));
                if (i % 100 == 99) {
                    connection.commit();
                    staging.committed();
                }
            }
            assertThat(reader.messages(1_200)).isEqualTo(numbers(1_200));
        }
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    @Test
    void fourNodesRelayNothingTwice() throws SQLException {
        List<Backend> backends = List.of(backend, open(), open(), open());
        try (Broadcaster second = start(backends.get(1));
                Broadcaster third = start(backends.get(2));
                Broadcaster fourth = start(backends.get(3));
                RecordingSubscriber reader = RecordingSubscriber.of(fourth.app("shop"), "orders/42", StartAt.live());
                Connection connection = begin()) {
            for (int i = 0; i < 300; i++) {
                Staging staging = ((Outbox) backends.get(i % backends.size())).staging(connection);
                staging.publish("shop", "orders/42", Event.json("" + i));
                connection.commit();
                staging.committed();
            }
            assertThat(reader.messages(300)).isEqualTo(numbers(300));
            for (Broadcaster node : List.of(broadcaster, second, third, fourth)) {
                assertThat(head(node, "orders/42")).isEqualTo(300);
            }
        }
    }

    private static long head(Broadcaster node, String topic) {
        return node.app("shop").topic(topic).state().orElseThrow().position().offset();
    }

    @Test
    void whatATopicRefusesStaysInTheOutboxWithTheReason() throws SQLException {
        shop.topic("orders/42").publish(Event.json("1").closing(new CloseReason("done")));
        execute(staging("orders/42", "2"), staging("bad//name", "3"), staging("orders/43", "4"));
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/43", StartAt.earliest())) {
            assertThat(reader.messages(1)).containsExactly("4");
        }
        assertThat(refusals())
                .hasSize(2)
                .anyMatch(reason -> reason.contains("closed"))
                .anyMatch(reason -> reason.contains("bad//name"));
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
                try (ResultSet rows = sql.executeQuery("select refused from " + outbox())) {
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
            Staging staging = staging(connection);
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
        execute(staging("orders/42", "1"));
        start();

        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.earliest())) {
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    @Test
    void whatHasBeenRelayedIsNotStoredAgain() throws SQLException {
        broadcaster.close();
        try (Node node = Node.start(open())) {
            TopicName topic = new TopicName("shop", "orders/42");
            node.publish(topic, "0");
            execute(staging("orders/42", "1"));
            List<Draft> first = staged(node);
            assertThat(node.append(first)).hasExactlyElementsOfTypes(AppendResult.Accepted.class);

            execute(staging("orders/42", "2"), staging("orders/42", "3"));
            List<Draft> all = new ArrayList<>(first);
            all.addAll(staged(node));
            assertThat(node.append(all))
                    .hasExactlyElementsOfTypes(
                            AppendResult.Duplicate.class, AppendResult.Accepted.class, AppendResult.Accepted.class);
            assertThat(node.messages(topic)).containsExactly("0", "1", "2", "3");
            assertThat(staged(node)).isEmpty();
        }
    }

    @Test
    void aKeyThatNoStagedEventHasTakesNoneOut() throws SQLException {
        broadcaster.close();
        try (Node node = Node.start(open())) {
            execute(staging("orders/42", "1"));
            Draft staged = staged(node).get(0);
            String key = String.valueOf(staged.append().idempotencyKey());
            String madeUp = key.substring(0, key.length() - 1) + (key.endsWith("1") ? '2' : '1');

            assertThat(node.append(List.of(staged.withKey(madeUp))))
                    .hasExactlyElementsOfTypes(AppendResult.Duplicate.class);
            assertThat(staged(node)).hasSize(1);
        }
    }

    private static List<Draft> staged(Node node) {
        return ((Outbox) node.backend())
                .staged(10, Set.of()).toCompletableFuture().join().stream()
                        .map(event -> Draft.to(new TopicName(event.app(), event.topic()), event.message())
                                .withKey(event.key()))
                        .toList();
    }

    @Test
    void whatCannotBePublishedHoldsUpNoOtherTopic() throws SQLException {
        broadcaster.close();
        HeldTopic held = HeldTopic.silent(open(), HELD);
        stage(held, HELD, SOME);
        stage(held, new TopicName("shop", "orders/free"), 1);
        try (Broadcaster relaying = start(held);
                RecordingSubscriber reader =
                        RecordingSubscriber.of(relaying.app("shop"), "orders/free", StartAt.earliest())) {
            assertThat(reader.messages(1)).containsExactly("0");
        }
    }

    @Test
    void whatCannotBePublishedIsTriedAgainNowAndThen() throws Exception {
        broadcaster.close();
        HeldTopic held = HeldTopic.refusing(open(), HELD);
        stage(held, HELD, SOME);
        try (Broadcaster relaying = start(held);
                RecordingSubscriber reader =
                        RecordingSubscriber.of(relaying.app("shop"), HELD.name(), StartAt.earliest())) {
            held.awaitTries(1);
            long begin = System.nanoTime();
            held.awaitTries(3);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(500));
            held.release();
            assertThat(reader.messages(SOME)).isEqualTo(numbers(SOME));
        }
    }

    private void stage(Outbox to, TopicName topic, int events) throws SQLException {
        try (Connection connection = begin()) {
            Staging staging = to.staging(connection);
            for (int i = 0; i < events; i++) {
                staging.publish(topic.app(), topic.name(), Event.json("" + i));
            }
            connection.commit();
        }
    }

    /// What is relayed of a backlog must not cost more because there is so much of it, and a little came before.
    @Test
    @Timeout(30)
    void aLongBacklogIsRelayedInTime() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin()) {
            Staging staging = staging(connection);
            for (int i = 0; i < 10; i++) {
                staging.publish("shop", "orders/42", Event.json("" + i));
                connection.commit();
                staging.committed();
                assertThat(reader.messages(1)).containsExactly("" + i);
            }
            for (int i = 0; i < BACKLOG; i++) {
                staging.publish("shop", "orders/42", Event.json("" + i));
            }
            connection.commit();
            staging.committed();
            assertThat(reader.messages(BACKLOG)).isEqualTo(numbers(BACKLOG));
        }
    }

    @Test
    void whatATransactionCannotDecideIsNotTaken() throws SQLException {
        try (Connection connection = begin()) {
            Staging staging = staging(connection);
            assertThatThrownBy(
                            () -> staging.publish("shop", "a", Event.json("1").withIdempotencyKey("key")))
                    .hasMessageContaining("its transaction decides");
            assertThatThrownBy(() ->
                            staging.update("shop", "a", JobChange.progress(0.5).idempotencyKey("key")))
                    .hasMessageContaining("its transaction decides");
        }
    }
}
