package dev.fanfare.postgres;

import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// An append on its way, with its place in the answer that its publisher waits for.
///
/// Threads: safe.
final class Pending {
    /// How long an append waits for a topic that another transaction holds, or for a connection.
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    /// How long it waits to be begun with. Publishers wait two seconds.
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_600);

    private final Append append;
    private final int index;
    private final Answer answer;

    private Pending(Append append, int index, Answer answer) {
        this.append = append;
        this.index = index;
        this.answer = answer;
    }

    /// The results of appends that came together, complete when each has its own. Once one of them could not be stored,
    /// those that are still waiting are not stored either: else one might come before another that precedes it.
    static final class Answer {
        private final CompletableFuture<List<AppendResult>> results = new CompletableFuture<>();
        private final AtomicReferenceArray<AppendResult> known;
        private final AtomicInteger missing;
        private final List<Pending> parts;
        private final long came = System.nanoTime();
        private volatile boolean failed;

        Answer(List<Append> appends) {
            known = new AtomicReferenceArray<>(appends.size());
            missing = new AtomicInteger(appends.size());
            parts = new ArrayList<>(appends.size());
            for (int i = 0; i < appends.size(); i++) {
                parts.add(new Pending(appends.get(i), i, this));
            }
            if (appends.isEmpty()) {
                results.complete(List.of());
            }
        }

        List<Pending> parts() {
            return parts;
        }

        CompletionStage<List<AppendResult>> results() {
            return results;
        }

        private void put(int index, AppendResult result) {
            if (result instanceof AppendResult.Unavailable || result instanceof AppendResult.StorageFull) {
                failed = true;
            }
            if (known.compareAndSet(index, null, result) && missing.decrementAndGet() == 0) {
                AppendResult[] all = new AppendResult[known.length()];
                Arrays.setAll(all, known::get);
                results.complete(Arrays.asList(all));
            }
        }
    }

    Append append() {
        return append;
    }

    boolean isLate() {
        return System.nanoTime() - answer.came > WAIT_NANOS;
    }

    /// Tells whether its publisher is about to give up. What came together is so at the same moment.
    boolean isTooLate() {
        return System.nanoTime() - answer.came > PATIENCE_NANOS;
    }

    /// Tells whether one that came with it could not be stored.
    boolean isForfeited() {
        return answer.failed;
    }

    /// Answers; what was answered first stands.
    void answer(AppendResult result) {
        answer.put(index, result);
    }
}
