package dev.fanfare.postgres;

import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.TopicPolicy;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobLog;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredTopic;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import dev.fanfare.spi.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// Publishes and updates jobs inside a transaction of the caller, and answers at once: with the event's position or
/// the job's state, or that the topic is closed or the job has ended. For that the topic is held until the transaction
/// ends, and all others who publish to it wait: publish last, and several topics always in the same order. [Staging]
/// holds nothing.
///
/// {@snippet class="dev.fanfare.postgres.DirectTest" region="direct" }
///
/// Threads: confined to the one that uses the connection.
public final class Direct {
    private final Connection connection;
    private final Database database;
    private final TopicPolicy policy;
    private final Consumer<List<Stored>> committed;
    private final List<Stored> stored = new ArrayList<>();

    Direct(Connection connection, Database database, TopicPolicy policy, Consumer<List<Stored>> committed) {
        this.connection = connection;
        this.database = database;
        this.policy = policy;
        this.committed = committed;
    }

    /// Publishes the event with the caller's commit. A closed topic begins its next life if the event expects it
    /// where it was closed.
    ///
    /// @return its position, final unless the transaction is rolled back
    /// @throws TopicClosedException if the topic is closed
    /// @throws ConflictException if the topic does not stand where the event expects it
    /// @throws RefusedException if the message is too large
    public Receipt publish(String app, String topic, Event event) throws SQLException {
        return done(topic(new TopicName(app, Names.requireTopic(topic))).publish(event));
    }

    /// Updates the job with the caller's commit, by the rules of [Jobs#update(String, JobChange)].
    ///
    /// @return the job after it, as its watchers get it unless the transaction is rolled back
    /// @throws BroadcastException as there, if the job does not take the change
    public JobReceipt update(String app, String job, JobChange change) throws SQLException {
        StoredTopic topic = topic(TopicName.ofJob(app, Names.requireJobId(job)));
        return done(new JobLog(job, topic::publish, topic::state).update(change));
    }

    private StoredTopic topic(TopicName name) {
        return new StoredTopic(name, database.toString(), policy, new InTransaction());
    }

    private static <T> T done(CompletionStage<T> stage) throws SQLException {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException failure) {
            Throwable cause = Waiting.cause(failure);
            if (cause instanceof SQLException fault) {
                throw fault;
            }
            throw cause instanceof RuntimeException refusal ? refusal : failure;
        }
    }

    /// The store as the transaction sees and changes it. Everything is done when a method returns; what fails is in the
    /// stage.
    private final class InTransaction implements StoredTopic.Way {
        @Override
        public CompletionStage<AppendResult> append(Append append) {
            if (append.message().length() > PostgresBackend.MAX_MESSAGE_BYTES) {
                return CompletableFuture.completedStage(new AppendResult.TooLarge(PostgresBackend.MAX_MESSAGE_BYTES));
            }
            Batch batch = new Batch(new Pending.Answer(List.of(append)).parts());
            try {
                Outcomes outcomes = AppendCall.OF_APPLICATION.of(batch, connection, database);
                stored.addAll(outcomes.stored());
                return CompletableFuture.completedStage(
                        outcomes.of(batch.pendings().get(0)));
            } catch (SQLException fault) {
                return CompletableFuture.failedStage(fault);
            }
        }

        @Override
        public CompletionStage<TopicView> read(Read read) {
            try {
                return CompletableFuture.completedStage(
                        new Views(database).read(connection, List.of(read)).get(0));
            } catch (SQLException fault) {
                return CompletableFuture.failedStage(fault);
            }
        }
    }

    /// Says that the transaction has been committed: then the readers hear of it at once, else with the topic's next
    /// event or within twenty seconds.
    public void committed() {
        committed.accept(stored);
        stored.clear();
    }
}
