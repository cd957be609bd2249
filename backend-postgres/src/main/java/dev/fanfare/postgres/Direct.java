package dev.fanfare.postgres;

import dev.fanfare.BroadcastException;
import dev.fanfare.Broadcaster;
import dev.fanfare.ConflictException;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.RefusedException;
import dev.fanfare.TopicClosedException;
import dev.fanfare.TopicPolicy;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.jobs.Jobs;
import dev.fanfare.jobs.LogJobs;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import dev.fanfare.spi.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
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
        return publish(new TopicName(app, Names.requireTopic(topic)), event);
    }

    /// Updates the job with the caller's commit, by the rules of [Jobs#update(String, JobChange)].
    ///
    /// @return the job after it, as its watchers get it unless the transaction is rolled back
    /// @throws BroadcastException as there, if the job does not take the change
    public JobReceipt update(String app, String job, JobChange change) throws SQLException {
        Jobs jobs = new LogJobs(
                Broadcaster.noop().app(app), // where nobody watches
                id -> new DirectTopic(this, TopicName.ofJob(app, Names.requireJobId(id))),
                (prefix, after, limit) -> CompletableFuture.failedStage(new UnsupportedOperationException()),
                Clock.system());
        try {
            return jobs.updateAsync(job, change).toCompletableFuture().join();
        } catch (CompletionException failure) {
            Throwable cause = Waiting.cause(failure);
            if (cause instanceof SQLException fault) {
                throw fault;
            }
            throw cause instanceof RuntimeException refusal ? refusal : failure;
        }
    }

    TopicView read(Read read) throws SQLException {
        return new Views(database).read(connection, List.of(read)).get(0);
    }

    Receipt publish(TopicName topic, Event event) throws SQLException {
        AppendResult result = append(topic, event, effect(event));
        boolean begins = result instanceof AppendResult.Closed closed
                && closed.head().position().equals(event.expected());
        return receipt(event, topic.name(), begins ? append(topic, event, Effect.REOPEN) : result);
    }

    private AppendResult append(TopicName topic, Event event, Effect effect) throws SQLException {
        Append append = new Append(
                topic,
                ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE),
                event.name(),
                event.message(),
                event.conflatable(),
                effect,
                event.expected(),
                event.idempotencyKey(),
                policy);
        if (append.message().length() > PostgresBackend.MAX_MESSAGE_BYTES) {
            throw new RefusedException(
                    "body_too_large", "a message has at most " + PostgresBackend.MAX_MESSAGE_BYTES + " bytes");
        }
        Batch batch = new Batch(new Pending.Answer(List.of(append)).parts());
        Outcomes outcomes = AppendCall.OF_APPLICATION.of(batch, connection, database);
        stored.addAll(outcomes.stored());
        return outcomes.of(batch.pendings().get(0));
    }

    private static Effect effect(Event event) {
        if (event.closing() != null) {
            return new Effect.Close(event.closing(), event.snapshot());
        }
        return event.snapshot() ? Effect.SNAPSHOT : Effect.KEEP;
    }

    private static Receipt receipt(Event event, String topic, AppendResult result) {
        if (result instanceof AppendResult.Accepted accepted) {
            return new Receipt(accepted.position(), accepted.durability(), accepted.at(), false);
        }
        if (result instanceof AppendResult.Duplicate duplicate) {
            return new Receipt(duplicate.position(), duplicate.durability(), duplicate.at(), true);
        }
        if (result instanceof AppendResult.Closed closed) {
            throw new TopicClosedException(
                    topic,
                    Objects.requireNonNull(closed.head().reason()),
                    closed.head().position());
        }
        AppendResult.Conflict conflict = (AppendResult.Conflict) result;
        Position actual =
                conflict.head() == null ? Position.NONE : conflict.head().position();
        throw new ConflictException(topic, Objects.requireNonNull(event.expected()), actual);
    }

    /// Says that the transaction has been committed: then the readers hear of it at once, else with the topic's next
    /// event or within twenty seconds.
    public void committed() {
        committed.accept(stored);
        stored.clear();
    }
}
