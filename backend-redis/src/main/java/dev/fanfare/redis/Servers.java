package dev.fanfare.redis;

import dev.fanfare.Durability;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The servers that topics are on, and which partition is on which.
///
/// Threads: safe.
interface Servers {
    /// Connects to all.
    ///
    /// @return fails with [UnusableStoreException] if they are not to be used, and with
    /// [dev.fanfare.BackendUnavailableException] if one is away
    CompletionStage<Void> open();

    /// Tells how durable the least durable is.
    Durability durability();

    /// Returns the server of a partition; null while none is known.
    @Nullable
    Server of(int partition);

    /// Learns of an answer that says: not here.
    void isElsewhere(Server asked, String answer);

    /// Completes when all of them are heard.
    CompletableFuture<Void> hear(Collection<Interest> interests);

    /// From now on nothing is heard of them.
    void leave(Collection<Interest> interests);

    /// Looks after the connections; called ten times a second.
    void tick(long now);

    /// Tells why they cannot all be relied on; empty if they can.
    String trouble();

    CompletableFuture<Void> close();

    /// Fails what is not answered in time: one that is frozen must not keep the others from being asked.
    static <T> CompletableFuture<T> inTime(CompletionStage<T> answer) {
        return answer.toCompletableFuture().copy().orTimeout(Lane.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
