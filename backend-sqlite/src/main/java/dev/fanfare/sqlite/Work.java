package dev.fanfare.sqlite;

import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Something to be done inside a transaction, and then to be answered: once, by whoever comes first to do so.
///
/// As long as it waits it can be given up, and will then never be done. Once it is being written, nobody can tell
/// whether it will have been.
///
/// Threads: safe. `write` is the writer's.
abstract class Work {
    private enum State {
        WAITING,
        WRITING,
        ANSWERED
    }

    private final long since;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    Work(long since) {
        this.since = since;
    }

    /// Tells whether it is to be written: nobody has given it up.
    final boolean begin() {
        return state.compareAndSet(State.WAITING, State.WRITING) || state.get() == State.WRITING;
    }

    final void committed() {
        if (state.getAndSet(State.ANSWERED) != State.ANSWERED) {
            succeed();
        }
    }

    final void failed(AppendResult failure) {
        if (state.getAndSet(State.ANSWERED) != State.ANSWERED) {
            fail(failure);
        }
    }

    /// Tells whether it has been there since before `nanoTime`, and has no answer.
    final boolean isLate(long nanoTime) {
        return since - nanoTime < 0 && state.get() != State.ANSWERED;
    }

    /// Answers it, if nobody has: that it is not stored, or else that nobody can tell.
    final void giveUp(String reason) {
        if (state.compareAndSet(State.WAITING, State.ANSWERED)) {
            fail(new AppendResult.Unavailable(reason, false));
        } else if (state.compareAndSet(State.WRITING, State.ANSWERED)) {
            fail(new AppendResult.Unavailable(reason, true));
        }
    }

    /// How many events it is, about.
    abstract int size();

    /// How large the messages are that it holds.
    long bytes() {
        return 0;
    }

    /// Does it, inside a transaction; again from the beginning if that was undone.
    abstract void write(Ledger ledger, long now) throws SQLException;

    abstract void succeed();

    abstract void fail(AppendResult failure);

    /// Events to be stored.
    static final class Appending extends Work {
        final CompletableFuture<List<AppendResult>> answer = new CompletableFuture<>();
        private final List<Append> appends;
        private final List<AppendResult> results;
        private final long bytes;

        Appending(List<Append> appends, long since) {
            super(since);
            this.appends = appends;
            this.results = new ArrayList<>(appends.size());
            this.bytes = appends.stream()
                    .mapToLong(append -> append.message().length())
                    .sum();
        }

        @Override
        int size() {
            return appends.size();
        }

        @Override
        long bytes() {
            return bytes;
        }

        @Override
        void write(Ledger ledger, long now) throws SQLException {
            results.clear();
            for (Append append : appends) {
                results.add(ledger.append(append, now));
            }
        }

        @Override
        void succeed() {
            answer.complete(results);
        }

        @Override
        void fail(AppendResult failure) {
            answer.complete(Collections.nCopies(appends.size(), failure));
        }
    }

    /// An app to be purged.
    static final class Purging extends Work {
        final CompletableFuture<Void> answer = new CompletableFuture<>();
        private final String app;

        Purging(String app, long since) {
            super(since);
            this.app = app;
        }

        @Override
        int size() {
            return 1;
        }

        @Override
        void write(Ledger ledger, long now) throws SQLException {
            ledger.purge(app, now);
        }

        @Override
        void succeed() {
            answer.complete(null);
        }

        @Override
        void fail(AppendResult failure) {
            answer.completeExceptionally(SqliteStore.away("purging an app", failure.toString()));
        }
    }

    /// A staged event that no append has taken.
    static final class Settling extends Work {
        final CompletableFuture<Boolean> answer = new CompletableFuture<>();
        private final String key;
        private final @Nullable String refusal;
        private boolean wasThere;

        Settling(String key, @Nullable String refusal, long since) {
            super(since);
            this.key = key;
            this.refusal = refusal;
        }

        @Override
        int size() {
            return 1;
        }

        @Override
        void write(Ledger ledger, long now) throws SQLException {
            wasThere = ledger.settle(key, refusal);
        }

        @Override
        void succeed() {
            answer.complete(wasThere);
        }

        @Override
        void fail(AppendResult failure) {
            answer.completeExceptionally(SqliteStore.away("relaying", failure.toString()));
        }
    }

    /// Wakes the writer, so that it sees that it is to end.
    static final class Ending extends Work {
        Ending(long since) {
            super(since);
        }

        @Override
        int size() {
            return 0;
        }

        @Override
        void write(Ledger ledger, long now) {
            // there is nothing to be written
        }

        @Override
        void succeed() {
            // nobody waits
        }

        @Override
        void fail(AppendResult failure) {
            // nobody waits
        }
    }
}
