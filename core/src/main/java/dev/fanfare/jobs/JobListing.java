package dev.fanfare.jobs;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One page of an app's jobs on its way together: topics are listed, those that can match are read.
///
/// Threads: each step runs after the one before it, on whatever thread completed that.
final class JobListing {
    private static final String PREFIX = "$jobs/";
    /// Topics looked at for one page: one that finds little is short rather than late.
    private static final int MAX_TOPICS = 4096;

    private static final int TOPICS_A_STEP = 256;

    private final LogJobs.Lister lister;
    private final Function<String, CompletionStage<Optional<JobUpdate>>> states;
    private final @Nullable JobStatus status;
    private final int limit;
    private final List<JobUpdate> found = new ArrayList<>();
    private int topics;

    JobListing(
            LogJobs.Lister lister,
            Function<String, CompletionStage<Optional<JobUpdate>>> states,
            @Nullable JobStatus status,
            int limit) {
        this.lister = lister;
        this.states = states;
        this.status = status;
        this.limit = limit;
    }

    /// @param id the last job of the page before; null for the first page
    CompletionStage<JobPage> after(@Nullable String id) {
        int step = status == null ? Math.min(limit - found.size(), TOPICS_A_STEP) : TOPICS_A_STEP;
        return lister.list(PREFIX, id == null ? null : PREFIX + id, step).thenCompose(this::read);
    }

    private CompletionStage<JobPage> read(TopicPage page) {
        List<CompletableFuture<Optional<JobUpdate>>> reads = page.topics().stream()
                .filter(this::canMatch)
                .map(topic -> states.apply(TopicName.jobId(topic.name())).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new)).thenCompose(all -> take(page, reads));
    }

    private boolean canMatch(TopicPage.Entry topic) {
        if (status == null) {
            return true;
        }
        return status.isTerminal()
                ? status.closeReason().equals(topic.head().reason())
                : topic.head().state() == Head.State.OPEN;
    }

    private CompletionStage<JobPage> take(TopicPage page, List<CompletableFuture<Optional<JobUpdate>>> reads) {
        for (CompletableFuture<Optional<JobUpdate>> read : reads) {
            read.join().filter(this::matches).ifPresent(found::add);
        }
        topics += page.topics().size();
        if (found.size() > limit) {
            List<JobUpdate> full = found.subList(0, limit);
            return LogJobs.now(new JobPage(full, Optional.of(full.get(limit - 1).jobId())));
        }
        Optional<String> next = Optional.ofNullable(page.next()).map(TopicName::jobId);
        boolean enough = found.size() == limit || topics >= MAX_TOPICS || next.isEmpty();
        return enough ? LogJobs.now(new JobPage(found, next)) : after(next.get());
    }

    private boolean matches(JobUpdate job) {
        return status == null || job.status() == status;
    }
}
