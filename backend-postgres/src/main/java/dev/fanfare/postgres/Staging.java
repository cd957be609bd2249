package dev.fanfare.postgres;

import dev.fanfare.Event;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/// Publishes inside a transaction of the caller: what is rolled back is never seen, what is committed is never lost.
///
/// {@snippet class="dev.fanfare.postgres.StagingTest" region="staging" }
///
/// In the transaction nothing happens but the insert of a row; no lock is held that others want. Once it is committed,
/// any node on the database publishes it: exactly once, the events of a topic in the order in which they were staged.
/// An event that its topic refuses, because it is closed for example, stays in the table `outbox` with the reason.
///
/// In plain SQL the same is `select fanfare.publish('shop', 'orders/42', '{"total": 12}')`, and for a job
/// `select fanfare.update_job('shop', 'import-42', '{"progress": 0.5}')`.
///
/// Threads: confined to the one that uses the connection.
public final class Staging {
    private final Connection connection;
    private final Database database;
    private final Runnable committed;

    Staging(Connection connection, Database database, Runnable committed) {
        this.connection = connection;
        this.database = database;
        this.committed = committed;
    }

    /// Publishes the event with the caller's commit.
    ///
    /// @param event without an idempotency key and an expected position: the transaction is what makes it exact
    public void publish(String app, String topic, Event event) throws SQLException {
        Names.requireApp(app);
        Names.requireTopic(topic);
        if (event.idempotencyKey() != null || event.expected() != null) {
            throw new IllegalArgumentException(
                    "a staged event has no idempotency key and no expected position: its transaction decides");
        }
        String call = "select " + database.named("publish") + "(?, ?, ?::json, ?, ?, ?, ?)";
        try (PreparedStatement sql = connection.prepareStatement(call)) {
            new Arguments(sql)
                    .text(app)
                    .text(topic)
                    .text(event.message().utf8())
                    .text(event.name())
                    .add(event.snapshot())
                    .add(event.conflatable())
                    .text(event.closing() == null ? null : event.closing().text());
            sql.execute();
        }
    }

    /// Updates the job with the caller's commit.
    public void update(String app, String job, JobChange change) throws SQLException {
        TopicName name = TopicName.ofJob(app, job);
        if (change.key().isPresent()) {
            throw new IllegalArgumentException("a staged change has no idempotency key: its transaction decides");
        }
        String call = "select " + database.named("update_job") + "(?, ?, ?::json)";
        try (PreparedStatement sql = connection.prepareStatement(call)) {
            new Arguments(sql).text(name.app()).text(job).text(change.json().utf8());
            sql.execute();
        }
    }

    /// Says that the transaction has been committed: then it is published at once, else within a quarter of a second.
    public void committed() {
        committed.run();
    }
}
