package dev.fanfare.sqlite;

import dev.fanfare.Durability;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.TopicName;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Commits what is queued, all of it at once: a transaction's price is its end, whatever it holds. Nothing waits for
/// company: what comes while a transaction is under way makes up the next.
///
/// Threads: `append`, `purge` and `close` may be called by any; the rest happens on the writer's own thread.
final class Writer {
    private static final int MOST_QUEUED = 10_000;
    private static final int MOST_AT_ONCE = 1_000;
    /// What a sweep looks at: topics; events; and for each event that was written since, so many more.
    private static final int TOPICS_AT_ONCE = 10;

    private static final int EVENTS_AT_ONCE = 50;
    private static final int EVENTS_FOR_EACH = 3;
    private static final long SWEEP_MILLIS = 20;
    private static final long IDLE_MILLIS = 1_000;

    private final Rows rows;
    private final Sweeper sweeper;
    private final Ledger ledger;
    private final Bus bus;
    private final Clock clock;
    private final Reports reports;
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "fanfare-sqlite-writer");
    private int written; // since the last sweep
    private long sweptAt = System.nanoTime();
    private volatile boolean closing;

    /// What becomes of transactions, and what they must know.
    interface Reports {
        void committed();

        void failed(String reason);

        /// Tells whether anybody here has an interest in the topic.
        boolean isRead(TopicName topic);
    }

    /// Something to be done inside a transaction, and then to be answered.
    private interface Work {
        int size();

        void write(long now) throws SQLException;

        void committed();

        void failed(AppendResult failure);
    }

    Writer(Rows rows, Durability durability, Bus bus, Clock clock, Reports reports) {
        this.rows = rows;
        this.sweeper = new Sweeper(rows);
        this.ledger = new Ledger(rows, sweeper, durability);
        this.bus = bus;
        this.clock = clock;
        this.reports = reports;
        thread.setDaemon(true);
        thread.start();
    }

    CompletionStage<List<AppendResult>> append(List<Append> appends) {
        Appending appending = new Appending(appends);
        submit(appending);
        return appending.answer;
    }

    CompletionStage<Void> purge(String app) {
        Purging purging = new Purging(app);
        submit(purging);
        return purging.answer;
    }

    private void submit(Work work) {
        if (queued.addAndGet(work.size()) > MOST_QUEUED && work.size() < queued.get()) {
            queued.addAndGet(-work.size());
            work.failed(new AppendResult.Overloaded());
        } else {
            queue.add(work);
        }
    }

    private final class Appending implements Work {
        private final List<Append> appends;
        private final List<AppendResult> results = new ArrayList<>();
        private final CompletableFuture<List<AppendResult>> answer = new CompletableFuture<>();

        Appending(List<Append> appends) {
            this.appends = appends;
        }

        @Override
        public int size() {
            return appends.size();
        }

        @Override
        public void write(long now) throws SQLException {
            results.clear();
            for (Append append : appends) {
                results.add(ledger.append(append, now));
            }
        }

        @Override
        public void committed() {
            answer.complete(results);
        }

        @Override
        public void failed(AppendResult failure) {
            answer.complete(Collections.nCopies(appends.size(), failure));
        }
    }

    private final class Purging implements Work {
        private final String app;
        private final CompletableFuture<Void> answer = new CompletableFuture<>();

        Purging(String app) {
            this.app = app;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public void write(long now) throws SQLException {
            ledger.purge(app, now);
        }

        @Override
        public void committed() {
            answer.complete(null);
        }

        @Override
        public void failed(AppendResult failure) {
            answer.completeExceptionally(SqliteStore.away("purging an app", failure.toString()));
        }
    }

    /// Wakes the writer, so that it sees that it is to end.
    private static final class Ending implements Work {
        @Override
        public int size() {
            return 0;
        }

        @Override
        public void write(long now) {
            // there is nothing to be written
        }

        @Override
        public void committed() {
            // nobody waits
        }

        @Override
        public void failed(AppendResult failure) {
            // nobody waits
        }
    }

    private void run() {
        List<Work> batch = new ArrayList<>();
        while (!closing || !queue.isEmpty()) {
            take(batch);
            if (!batch.isEmpty()) {
                commit(batch);
                batch.clear();
            }
            if (System.nanoTime() - sweptAt > TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS)) {
                sweep();
            }
        }
    }

    private void take(List<Work> batch) {
        try {
            Work first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
            int size = 0;
            for (Work next = first; next != null; next = size < MOST_AT_ONCE ? queue.poll() : null) {
                batch.add(next);
                size += next.size();
            }
            queued.addAndGet(-size);
            written += size;
        } catch (InterruptedException closed) {
            closing = true;
        }
    }

    private void commit(List<Work> batch) {
        AppendResult failure = transaction(() -> {
            long now = Rows.micros(clock.now());
            for (Work work : batch) {
                work.write(now);
            }
        });
        if (failure == null) {
            batch.forEach(Work::committed);
        } else {
            batch.forEach(work -> work.failed(failure));
        }
    }

    private void sweep() {
        sweptAt = System.nanoTime();
        transaction(() -> {
            int events = EVENTS_AT_ONCE + EVENTS_FOR_EACH * written;
            ledger.lookAgain(sweeper.sweep(TOPICS_AT_ONCE, events, Rows.micros(clock.now()), reports::isRead));
        });
        written = 0;
    }

    private interface Statements {
        void run() throws SQLException;
    }

    /// Returns null when it has been committed, else what to answer.
    private @Nullable AppendResult transaction(Statements statements) {
        boolean committing = false;
        try {
            bus.takeTurn();
            rows.begin();
            ledger.begin();
            statements.run();
            ledger.end();
            committing = true;
            rows.commit();
        } catch (SQLException | IOException | RuntimeException fault) { // whatever it is, the next may go well
            rows.rollBack();
            ledger.lookAgain();
            return failure(fault, committing);
        } finally {
            bus.endTurn();
        }
        reports.committed();
        return null;
    }

    private AppendResult failure(Exception fault, boolean committing) {
        String reason = String.valueOf(fault.getMessage());
        if (fault instanceof SQLiteException known && known.getResultCode() == SQLiteErrorCode.SQLITE_FULL) {
            return new AppendResult.StorageFull(reason);
        }
        reports.failed(reason);
        return new AppendResult.Unavailable(reason, committing);
    }

    /// Finishes what is queued, for at most so long.
    void close(long millis) {
        closing = true;
        queue.add(new Ending());
        try {
            thread.join(Math.max(1, millis));
            thread.interrupt();
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
