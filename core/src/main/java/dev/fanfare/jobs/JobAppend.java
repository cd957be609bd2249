package dev.fanfare.jobs;

import dev.fanfare.ConflictException;
import dev.fanfare.Durability;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.TopicClosedException;
import dev.fanfare.spi.Waiting;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// One change on its way into a job's log: read, merge, append where it was read; again when the log has moved on.
///
/// Threads: each step runs after the one before it, on whatever thread completed that.
final class JobAppend {
    /// Every conflict means that another writer got through, so this many in a row are not to be expected.
    private static final int MAX_CONFLICTS = 200;

    private final JobLog log;
    private final JobChange change;
    private int conflicts;

    JobAppend(JobLog log, JobChange change) {
        this.log = log;
        this.change = change;
    }

    /// @param last the job's last update, if the one who calls knows it
    CompletionStage<JobReceipt> run(@Nullable JobUpdate last) {
        JobUpdate known = last != null ? last : change.known().orElse(null);
        return known == null ? readAndMerge() : LogJobs.now(Optional.of(known)).thenCompose(this::merge);
    }

    private CompletionStage<JobReceipt> readAndMerge() {
        return log.last().thenCompose(this::merge);
    }

    private CompletionStage<JobReceipt> merge(Optional<JobUpdate> last) {
        if (last.isEmpty() && change.isExistingOnly()) {
            throw new UnknownJobException(log.id());
        }
        JobUpdate now = last.orElse(null);
        JobState next = JobRules.apply(now, change);
        if (now == null || !now.isEnded()) {
            return append(now, next, change);
        }
        if (next.attempt() == now.attempt()) {
            return LogJobs.now(new JobReceipt(now, Durability.NONE, true));
        }
        return next.status().isTerminal() ? beginThenEnd(now, next) : append(now, next, change);
    }

    /// An event can begin a topic's life or end it, not both: an attempt that ends with its first change takes two.
    private CompletionStage<JobReceipt> beginThenEnd(JobUpdate ended, JobState next) {
        JobChange begins = JobChange.none().attempt(next.attempt());
        return append(ended, JobRules.next(ended, next.attempt()), begins)
                .thenCompose(begun -> merge(Optional.of(begun.update())));
    }

    private CompletionStage<JobReceipt> append(@Nullable JobUpdate now, JobState next, JobChange by) {
        return log.append()
                .apply(event(now, next, by))
                .thenCompose(receipt -> accepted(next, receipt))
                .exceptionallyCompose(this::again);
    }

    private static Event event(@Nullable JobUpdate now, JobState next, JobChange by) {
        boolean sameStatus = now != null && now.status() == next.status();
        return new Event(
                next.json(),
                null,
                true,
                sameStatus && by.isPlain(),
                next.status().isTerminal() ? next.status().closeReason() : null,
                by.key().orElse(null),
                now == null ? Position.NONE : now.position());
    }

    private CompletionStage<JobReceipt> accepted(JobState next, Receipt receipt) {
        JobUpdate update = new JobUpdate(log.id(), next, receipt.publishedAt(), receipt.position());
        if (!receipt.duplicate()) {
            return LogJobs.now(new JobReceipt(update, receipt.durability(), false));
        }
        return log.last().thenApply(state -> new JobReceipt(state.orElse(update), receipt.durability(), true));
    }

    private CompletionStage<JobReceipt> again(Throwable failure) {
        Throwable cause = Waiting.cause(failure);
        boolean moved = cause instanceof ConflictException || cause instanceof TopicClosedException;
        return moved && ++conflicts <= MAX_CONFLICTS ? readAndMerge() : CompletableFuture.failedStage(cause);
    }
}
