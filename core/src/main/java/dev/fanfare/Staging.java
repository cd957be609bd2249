package dev.fanfare;

import dev.fanfare.jobs.JobChange;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.TopicName;
import java.sql.SQLException;

/// Publishes inside a transaction of the caller, in the store's own database: what is rolled back is never seen,
/// what is committed is never lost.
///
/// {@snippet :
/// Staging staging = backend.staging(connection);
/// staging.publish("shop", "orders/42", Event.json("{\"total\":12}"));
/// connection.commit();
/// staging.committed();
/// }
///
/// In the transaction nothing happens but the insert of a row. Once it is committed, any node on the store publishes
/// it: exactly once, the events of a topic in the order in which they were staged by one transaction, or by
/// transactions one after the other; the events of transactions that overlap may be mixed. An event that its topic
/// refuses, because it is closed for example, stays in the table `outbox` with the reason.
///
/// A backend makes it, as `backend.staging(connection)`; the backend need not be started, if another relays.
///
/// Threads: confined to the one that uses the connection.
public final class Staging {
    private final Table outbox;
    private final Runnable committed;

    /// Where staged events go; implemented by a backend.
    @FunctionalInterface
    public interface Table {
        /// Inserts the event in the transaction that is under way. An update of a job is an event of the job's topic.
        void insert(TopicName topic, Event event) throws SQLException;
    }

    /// @param committed is run when the caller says that the transaction has been committed
    public Staging(Table outbox, Runnable committed) {
        this.outbox = outbox;
        this.committed = committed;
    }

    /// Publishes the event with the caller's commit.
    ///
    /// @param event without an idempotency key and an expected position: the transaction is what makes it exact
    public void publish(String app, String topic, Event event) throws SQLException {
        if (event.idempotencyKey() != null || event.expected() != null) {
            throw new IllegalArgumentException(
                    "a staged event has no idempotency key and no expected position: its transaction decides");
        }
        outbox.insert(new TopicName(app, Names.requireTopic(topic)), event);
    }

    /// Updates the job with the caller's commit.
    public void update(String app, String job, JobChange change) throws SQLException {
        if (change.key().isPresent()) {
            throw new IllegalArgumentException("a staged change has no idempotency key: its transaction decides");
        }
        outbox.insert(TopicName.ofJob(app, job), Event.json(change.json()));
    }

    /// Says that the transaction has been committed: then it is published at once, else within a quarter of a second.
    public void committed() {
        committed.run();
    }
}
