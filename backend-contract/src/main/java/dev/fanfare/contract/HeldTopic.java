package dev.fanfare.contract;

import dev.fanfare.Staging;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Outbox;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A backend with an outbox that takes nothing for one topic until it is released, as if somebody held it: it refuses
/// appends at once, or leaves them without an answer.
///
/// Threads: safe.
final class HeldTopic extends ForwardingBackend implements Outbox {
    private final Outbox outbox;
    private final TopicName topic;
    private final boolean answers;
    private final Semaphore tries = new Semaphore(0);
    private volatile boolean released;

    private HeldTopic(Backend store, TopicName topic, boolean answers) {
        super(store);
        this.outbox = (Outbox) store;
        this.topic = topic;
        this.answers = answers;
    }

    static HeldTopic refusing(Backend store, TopicName topic) {
        return new HeldTopic(store, topic, true);
    }

    static HeldTopic silent(Backend store, TopicName topic) {
        return new HeldTopic(store, topic, false);
    }

    /// Waits until there were so many more appends to the topic.
    void awaitTries(int count) throws InterruptedException {
        tries.acquire(count);
    }

    void release() {
        released = true;
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
        if (released || appends.stream().noneMatch(append -> append.topic().equals(topic))) {
            return super.append(appends);
        }
        tries.release();
        return answers
                ? CompletableFuture.completedStage(Collections.nCopies(appends.size(), new AppendResult.Overloaded()))
                : new CompletableFuture<>();
    }

    @Override
    public Staging staging(Connection connection) {
        return outbox.staging(connection);
    }

    @Override
    public CompletionStage<List<Staged>> staged(int most, Set<TopicName> except) {
        return outbox.staged(most, except);
    }

    @Override
    public CompletionStage<Boolean> settle(String key, @Nullable String refusal) {
        return outbox.settle(key, refusal);
    }

    @Override
    public void onStaged(Runnable hint) {
        outbox.onStaged(hint);
    }
}
