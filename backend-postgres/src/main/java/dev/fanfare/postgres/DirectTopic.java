package dev.fanfare.postgres;

import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.HistoryPage;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.Topic;
import dev.fanfare.TopicState;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A job's topic as a transaction of an application sees and changes it. Everything is done when a method returns; what
/// fails is in the stage.
///
/// Threads: confined to the one that uses the connection.
final class DirectTopic implements Topic {
    private final Direct direct;
    private final TopicName name;

    DirectTopic(Direct direct, TopicName name) {
        this.direct = direct;
        this.name = name;
    }

    /// A question to the database.
    private interface Question<T> {
        T ask() throws SQLException;
    }

    private static <T> CompletionStage<T> done(Question<T> question) {
        try {
            return CompletableFuture.completedStage(question.ask());
        } catch (SQLException | RuntimeException failure) {
            return CompletableFuture.failedStage(failure);
        }
    }

    @Override
    public String name() {
        return name.name();
    }

    @Override
    public CompletionStage<Receipt> publishAsync(Event event) {
        return done(() -> direct.publish(name, event));
    }

    @Override
    public CompletionStage<Optional<TopicState>> stateAsync() {
        return done(() -> state(direct.read(new Read(name, Position.NONE, 0, true))));
    }

    private Optional<TopicState> state(TopicView view) {
        Head head = view.head();
        if (head == null || head.state() == Head.State.DROPPED) {
            return Optional.empty();
        }
        StoredEvent snapshot = view.snapshot();
        return Optional.of(new TopicState(
                name(),
                head.position(),
                Optional.ofNullable(head.reason()),
                snapshot == null
                        ? Optional.empty()
                        : Optional.of(Received.of(name(), snapshot).asSnapshot()),
                Optional.empty()));
    }

    @Override
    public CompletionStage<HistoryPage> historyAsync(Position after, int limit) {
        throw onlyJobs();
    }

    @Override
    public CompletionStage<Boolean> dropAsync() {
        throw onlyJobs();
    }

    @Override
    public Subscription<Delivery> subscribe(StartAt startAt) {
        throw onlyJobs();
    }

    private static UnsupportedOperationException onlyJobs() {
        return new UnsupportedOperationException("a transaction updates jobs, no more");
    }
}
