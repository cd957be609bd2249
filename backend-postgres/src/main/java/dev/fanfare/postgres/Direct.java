package dev.fanfare.postgres;

import dev.fanfare.ConflictException;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.RefusedException;
import dev.fanfare.TopicClosedException;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// Publishes inside a transaction of the caller, and answers at once: with the event's position, or that the topic is
/// closed. For that the topic is held until the transaction ends, and all others who publish to it wait: publish last,
/// and several topics always in the same order. [Staging] holds nothing.
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

    /// Publishes the event with the caller's commit.
    ///
    /// @return its position, final unless the transaction is rolled back
    /// @throws TopicClosedException if the topic is closed
    /// @throws ConflictException if the topic does not stand where the event expects it
    /// @throws RefusedException if the message is too large
    public Receipt publish(String app, String topic, Event event) throws SQLException {
        Append append = new Append(
                new TopicName(app, Names.requireTopic(topic)),
                ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE),
                event.name(),
                event.message(),
                event.conflatable(),
                effect(event),
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
        return receipt(event, topic, outcomes.of(batch.pendings().get(0)));
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
