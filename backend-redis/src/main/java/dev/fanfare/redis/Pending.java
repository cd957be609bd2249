package dev.fanfare.redis;

import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// An append that waits for its result, one of those that were asked for together.
///
/// Threads: safe; the first result counts.
final class Pending {
    private final Answers answers;
    private final int index;
    private final long since;

    private Pending(Answers answers, int index, long since) {
        this.answers = answers;
        this.index = index;
        this.since = since;
    }

    /// What was asked for together, and is answered together.
    static final class Answers {
        final CompletableFuture<List<AppendResult>> all = new CompletableFuture<>();
        private final List<Append> appends;
        private final @Nullable AppendResult[] results; // guarded by this
        private final AtomicInteger missing;

        Answers(List<Append> appends) {
            this.appends = appends;
            this.results = new AppendResult[appends.size()];
            this.missing = new AtomicInteger(appends.size());
        }

        Pending pending(int index, long now) {
            return new Pending(this, index, now);
        }

        private synchronized boolean isAnswered(int index) {
            return results[index] != null;
        }

        private void answer(int index, AppendResult result) {
            synchronized (this) {
                if (results[index] != null) {
                    return;
                }
                results[index] = result;
            }
            if (missing.decrementAndGet() == 0) {
                all.complete(Arrays.stream(results).map(Objects::requireNonNull).toList());
            }
        }
    }

    Append append() {
        return answers.appends.get(index);
    }

    /// Tells for how long it has been waiting, in nanoseconds.
    long age(long now) {
        return now - since;
    }

    boolean isAnswered() {
        return answers.isAnswered(index);
    }

    void answer(AppendResult result) {
        answers.answer(index, result);
    }
}
