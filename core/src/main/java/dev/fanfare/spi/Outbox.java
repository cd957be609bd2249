package dev.fanfare.spi;

import dev.fanfare.Staging;
import java.sql.Connection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Events that applications leave in the store inside transactions of their own, to be published once those are
/// committed. Implemented by a backend whose store has such transactions.
///
/// An append whose idempotency key is that of a staged event takes it out of the outbox in the same atomic step. If it
/// is not there any more, the append is a duplicate. So it does not matter how many nodes relay, nor when one of them
/// dies. Of the appends of one call to one topic none is stored once the store could not take an earlier one: it is
/// tried again, and what is staged for a topic keeps its order.
///
/// Threads: as those of [Backend].
public interface Outbox {
    /// How the keys of staged events begin, and those of nobody else.
    String KEY_PREFIX = "$outbox/";

    /// Publishes inside the transaction that is under way, or that begins, on the connection: one of the application's
    /// own to the store's database.
    Staging staging(Connection connection);

    /// Returns what has been committed, the oldest first: at most so many, and no more than some megabytes, but at
    /// least one if there is any. Nothing while another node relays.
    ///
    /// @param except topics of which nothing is wanted; no more than 20,000 events are looked through for others
    CompletionStage<List<Staged>> staged(int most, Set<TopicName> except);

    /// Takes an event out that no append has taken, or keeps it as refused: it is not relayed any more.
    ///
    /// @param refusal why it cannot be published; null if there is nothing to publish
    /// @return whether it was still there
    CompletionStage<Boolean> settle(String key, @Nullable String refusal);

    /// Sets what is run when there may be something new, at once rather than at the next look.
    void onStaged(Runnable hint);
}
