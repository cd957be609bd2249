package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.App;
import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.RefusedException;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.TopicClosedException;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobEndedException;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Publishing inside a transaction of an application, with an answer at once.
@ExtendWith(ThreadLeaks.class)
final class DirectTest {
    private final Sandbox sandbox = new Sandbox();
    private final PostgresBackend backend = PostgresBackend.at(sandbox.address());
    private final Broadcaster broadcaster = Broadcaster.builder(backend).start();
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
    void thePositionIsKnownAtOnceAndTheEventSeenAfterTheCommit() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin()) {
            // @start region="direct"
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            Receipt receipt = direct.publish("shop", "orders/42", Event.json("{\"total\":12}"));
            connection.commit();
            direct.committed();
            // @end
            assertThat(reader.next().position()).isEqualTo(receipt.position());

            direct.publish("shop", "orders/42", Event.json("\"rolled back\""));
            connection.rollback();
            assertThat(shop.topic("orders/42").publish("2").position().offset()).isEqualTo(2);
            assertThat(reader.messages(1)).containsExactly("2");
        }
    }

    @Test
    void aClosedTopicSaysSoInsideTheTransaction() throws SQLException {
        shop.topic("orders/42").publish(Event.json("1").closing(new CloseReason("done")));
        try (Connection connection = begin()) {
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            assertThatThrownBy(() -> direct.publish("shop", "orders/42", Event.json("2")))
                    .isInstanceOf(TopicClosedException.class);
        }
    }

    @Test
    void aTopicThatIsHeldIsRefusedInTimeAndHoldsUpNoOther() throws SQLException {
        shop.topic("orders/42").publish("1");
        try (Connection connection = begin()) {
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            direct.publish("shop", "orders/42", Event.json("2"));
            direct.publish("shop", "orders/new", Event.json("1"));

            CompletableFuture<Receipt> held =
                    shop.topic("orders/42").publishAsync(Event.json("3")).toCompletableFuture();
            long begin = System.nanoTime();
            assertThat(shop.topic("orders/43").publish("1").position().offset()).isEqualTo(1);
            assertThat(held).as("held when the other was stored").isNotDone();
            assertThatThrownBy(held::join)
                    .cause()
                    .isInstanceOfSatisfying(BackendUnavailableException.class, refused -> {
                        assertThat(refused).hasMessageContaining("another transaction holds the topic");
                        assertThat(refused.mayBeStored()).isFalse();
                    });
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(
                            Duration.ofMillis(900), Duration.ofMillis(1_900)); // publishers give up after two seconds
            connection.commit();
        }
        assertThat(shop.topic("orders/42").publish("3").position().offset()).isEqualTo(3);
    }

    @Test
    void allThatAnEventSaysOfItselfIsPublished() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin()) {
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            Event last = Event.json("1").named("sold").asSnapshot().closing(new CloseReason("done"));
            direct.publish("shop", "orders/42", last);
            connection.commit();
            direct.committed();

            assertThat(reader.event().eventName()).contains("sold");
            assertThat(reader.end().reason()).isEqualTo(new CloseReason("done"));
            assertThat(shop.topic("orders/42").state().orElseThrow().snapshot()).isPresent();
        }
    }

    @Test
    void jobsAreUpdatedWithTheCommit() throws SQLException {
        try (Subscription<JobUpdate> job = shop.jobs().subscribe("import");
                Connection connection = begin()) {
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            direct.update("shop", "import", JobChange.progress(0.5));
            JobReceipt last = direct.update("shop", "import", JobChange.status(JobStatus.COMPLETE));
            assertThat(shop.jobs().state("import")).isEmpty();
            connection.commit();
            direct.committed();

            List<JobStatus> seen = new ArrayList<>();
            job.forEach(update -> seen.add(update.status())); // ends with the job
            assertThat(seen).endsWith(JobStatus.COMPLETE);
            assertThat(shop.jobs().state("import")).contains(last.update());
        }
    }

    @Test
    void aChangeThatIsRolledBackLeavesTheJobAsItWas() throws SQLException {
        JobUpdate before = shop.jobs().update("import", JobChange.progress(0.5)).update();
        try (Connection connection = begin()) {
            backend.direct(connection, TopicPolicy.DEFAULT)
                    .update("shop", "import", JobChange.status(JobStatus.FAILED).error("lost"));
            connection.rollback();
        }
        assertThat(shop.jobs().state("import")).contains(before);
        assertThat(shop.jobs().complete("import").update().progress()).hasValue(1);
    }

    @Test
    void aJobThatHasEndedSaysSoInsideTheTransactionAndCanBeTriedAgain() throws SQLException {
        shop.jobs().fail("import", "lost");
        try (Connection connection = begin()) {
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            assertThatThrownBy(() -> direct.update("shop", "import", JobChange.progress(0.5)))
                    .isInstanceOf(JobEndedException.class);
            direct.update("shop", "import", JobChange.none().attempt(2));
            connection.commit();
        }
        JobUpdate again = shop.jobs().state("import").orElseThrow();
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.status()).isEqualTo(JobStatus.PROCESSING);
    }

    @Test
    void changesOfSeveralTransactionsAreMerged() throws Exception {
        shop.jobs().update("import", JobChange.status(JobStatus.PROCESSING));
        try (Connection first = begin();
                Connection second = begin()) {
            backend.direct(first, TopicPolicy.DEFAULT).update("shop", "import", JobChange.progress(0.5));
            CompletableFuture<JobReceipt> waiting = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    waiting.complete(backend.direct(second, TopicPolicy.DEFAULT)
                            .update("shop", "import", JobChange.none().message("half")));
                } catch (SQLException | RuntimeException failure) {
                    waiting.completeExceptionally(failure);
                }
            });
            thread.start();
            awaitSomebodyWaiting();
            first.commit();
            waiting.get(20, TimeUnit.SECONDS);
            thread.join();
            second.commit();
        }
        JobUpdate both = shop.jobs().state("import").orElseThrow();
        assertThat(both.progress()).hasValue(0.5);
        assertThat(both.message()).contains("half");
    }

    private void awaitSomebodyWaiting() {
        sandbox.execute("do $$ begin while not exists (select from pg_locks where not granted)"
                + " loop perform pg_stat_clear_snapshot(); end loop; end $$");
    }

    @Test
    void whatIsTooLargeIsRefused() throws SQLException {
        try (Connection connection = begin()) {
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            String message = '"' + "x".repeat(PostgresBackend.MAX_MESSAGE_BYTES) + '"';
            assertThatThrownBy(() -> direct.publish("shop", "orders/42", Event.json(message)))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.code()).isEqualTo("body_too_large"));
        }
    }
}
