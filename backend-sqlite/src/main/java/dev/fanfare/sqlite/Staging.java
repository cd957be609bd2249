package dev.fanfare.sqlite;

import dev.fanfare.Event;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/// Publishes inside a transaction of the caller, who keeps tables in the same file: what is rolled back is never seen,
/// what is committed is never lost.
///
/// {@snippet class="dev.fanfare.sqlite.StagingTest" region="staging" }
///
/// In the transaction nothing happens but the insert of a row. Once it is committed, any process that has the file open
/// publishes it: exactly once, the events of a topic in the order in which they were staged. An event that its topic
/// refuses, because it is closed for example, stays in the table `outbox` with the reason.
///
/// SQLite lets one transaction write at a time, so nothing is published while the caller's is open: keep it short.
///
/// In plain SQL the same is `insert into outbox(app, topic, message) values ('shop', 'orders/42', '{"total": 12}')`,
/// and for a job `… values ('shop', '$jobs/import-42', '{"progress": 0.5}')`.
///
/// Threads: confined to the one that uses the connection.
public final class Staging {
    private static final String SQL =
            "insert into outbox(app, topic, message, name, snapshot, conflatable, closing) values(?, ?, ?, ?, ?, ?, ?)";

    private final Connection connection;
    private final Runnable committed;

    Staging(Connection connection, Runnable committed) {
        this.connection = connection;
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
        insert(new TopicName(app, Names.requireTopic(topic)), event);
    }

    /// Updates the job with the caller's commit.
    public void update(String app, String job, JobChange change) throws SQLException {
        if (change.key().isPresent()) {
            throw new IllegalArgumentException("a staged change has no idempotency key: its transaction decides");
        }
        insert(TopicName.ofJob(app, job), Event.json(change.json()));
    }

    private void insert(TopicName topic, Event event) throws SQLException {
        try (PreparedStatement sql = connection.prepareStatement(SQL)) {
            sql.setString(1, topic.app());
            sql.setString(2, topic.name());
            sql.setBytes(3, event.message().toArray());
            sql.setString(4, event.name());
            sql.setBoolean(5, event.snapshot());
            sql.setBoolean(6, event.conflatable());
            sql.setString(7, event.closing() == null ? null : event.closing().text());
            sql.executeUpdate();
        }
    }

    /// Says that the transaction has been committed: then it is published at once, else within a quarter of a second.
    public void committed() {
        committed.run();
    }
}
