package dev.fanfare.sqlite;

import dev.fanfare.Durability;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Room;
import dev.fanfare.spi.TopicName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Commits what is queued, all of it at once: a transaction's price is its end, whatever it holds. Nothing waits for
/// company: what comes while a transaction is under way makes up the next.
///
/// Others may hold the file for as long as they like; what has waited too long for that is given up, by `giveUp`.
///
/// Threads: `append`, `purge`, `settle`, `giveUp` and `close` may be called by any; the rest happens on the writer's
/// own thread.
final class Writer {
    private static final int MOST_AT_ONCE = 1_000;
    /// The log is only kept short between transactions.
    private static final long MOST_BYTES_AT_ONCE = 4 << 20;

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_600);
    private static final long IDLE_MILLIS = 1_000;
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /// What a sweep looks at: topics; events; and for each event that was written since, so many more.
    private static final int TOPICS_AT_ONCE = 10;

    private static final int EVENTS_AT_ONCE = 50;
    private static final int EVENTS_FOR_EACH = 3;
    private static final String MOVED = "the file was moved, replaced or deleted";
    private static final String CHANGES = "select total_changes()";

    private final Rows rows;
    private final Sweeper sweeper;
    private final Ledger ledger;
    private final Bus bus;
    private final Clock clock;
    private final Reports reports;
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final Room room = Room.empty();
    private final Thread thread = new Thread(this::run, "fanfare-sqlite-writer");
    private int written; // since the last sweep
    private long sweptAt = System.nanoTime();
    private volatile List<Work> underWay = List.of();
    private volatile boolean closing;
    private volatile boolean hurrying;
    private volatile boolean ended;

    /// What becomes of transactions, and what they must know.
    interface Reports {
        /// Tells whether what is open is still the file that others find.
        boolean isInPlace();

        /// A transaction is to begin; this process has the turn.
        void beginning() throws SQLException, IOException;

        void committed();

        /// A sweep has been committed.
        void swept(boolean changed);

        void failed(String reason);

        /// Tells whether anybody here has an interest in the topic.
        boolean isRead(TopicName topic);
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
        Work.Appending appending = new Work.Appending(appends, clock.nanoTime());
        submit(appending);
        return appending.answer;
    }

    CompletionStage<Void> purge(String app) {
        Work.Purging purging = new Work.Purging(app, clock.nanoTime());
        submit(purging);
        return purging.answer;
    }

    CompletionStage<Boolean> settle(String key, @Nullable String refusal) {
        Work.Settling settling = new Work.Settling(key, refusal, clock.nanoTime());
        submit(settling);
        return settling.answer;
    }

    private void submit(Work work) {
        if (!room.take(work.size(), work.bytes())) {
            work.failed(new AppendResult.Overloaded());
            return;
        }
        queue.add(work);
        if (ended) {
            refuseQueued();
        }
    }

    private void giveRoom(Work work) {
        room.give(work.size(), work.bytes());
    }

    private void refuseQueued() {
        AppendResult refusal =
                new AppendResult.Unavailable(reports.isInPlace() ? "the file has been closed" : MOVED, false);
        for (Work work = queue.poll(); work != null; work = queue.poll()) {
            work.failed(refusal);
        }
    }

    /// Answers what has waited too long. What the writer has not begun with it will not do any more.
    void giveUp() {
        long before = clock.nanoTime() - PATIENCE_NANOS;
        String reason = "nothing could be written for " + TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS)
                + " ms; another program may hold the file";
        List<Work> late = Stream.concat(underWay.stream(), queue.stream())
                .filter(work -> work.isLate(before))
                .toList();
        if (!late.isEmpty()) {
            reports.failed(reason);
        }
        for (Work work : late) {
            work.giveUp(reason);
            forget(work);
        }
    }

    /// Makes room for others, unless the writer has just taken it.
    private void forget(Work work) {
        if (queue.remove(work)) {
            giveRoom(work);
        }
    }

    private void run() {
        List<Work> batch = new ArrayList<>();
        while (!hurrying && !(closing && queue.isEmpty())) {
            take(batch);
            if (!batch.isEmpty()) {
                commit(batch);
                batch.clear();
            }
            if (System.nanoTime() - sweptAt > SWEEP_NANOS) {
                sweep();
            }
        }
        ended = true;
        refuseQueued();
    }

    private void take(List<Work> batch) {
        try {
            Work next = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
            int size = 0;
            long bytes = 0;
            while (next != null) {
                batch.add(next);
                giveRoom(next);
                size += next.size();
                bytes += next.bytes();
                next = size < MOST_AT_ONCE && bytes < MOST_BYTES_AT_ONCE ? queue.poll() : null;
            }
            written += size;
        } catch (InterruptedException closed) {
            closing = true;
        }
    }

    private void commit(List<Work> batch) {
        underWay = List.copyOf(batch);
        AppendResult failure = transaction(() -> {
            long now = Rows.micros(clock.now());
            for (Work work : batch) {
                if (work.begin()) {
                    work.write(ledger, now);
                }
            }
        });
        underWay = List.of();
        if (failure == null) {
            reports.committed();
            batch.forEach(Work::committed);
        } else {
            batch.forEach(work -> work.failed(failure));
        }
    }

    private void sweep() {
        sweptAt = System.nanoTime();
        AtomicBoolean changed = new AtomicBoolean();
        AppendResult failure = transaction(() -> {
            int events = EVENTS_AT_ONCE + EVENTS_FOR_EACH * written;
            long before = rows.number(0, CHANGES);
            ledger.lookAgain(sweeper.sweep(TOPICS_AT_ONCE, events, Rows.micros(clock.now()), reports::isRead));
            changed.set(rows.number(0, CHANGES) != before);
        });
        written = 0;
        if (failure == null) {
            reports.swept(changed.get());
        }
    }

    private interface Statements {
        void run() throws SQLException;
    }

    /// Returns null when it has been committed, else what to answer.
    private @Nullable AppendResult transaction(Statements statements) {
        boolean committing = false;
        try {
            bus.takeTurn();
            requireInPlace();
            reports.beginning();
            begin();
            ledger.begin();
            statements.run();
            ledger.end();
            committing = true;
            rows.commit();
            requireInPlace();
        } catch (SQLException | IOException | RuntimeException fault) { // whatever it is, the next may go well
            rows.rollBack();
            ledger.lookAgain();
            return failure(fault, committing);
        } finally {
            bus.endTurn();
        }
        return null;
    }

    /// What is committed to a file that has been moved away is not where readers look for it.
    private void requireInPlace() throws IOException {
        if (!reports.isInPlace()) {
            throw new NoSuchFileException(MOVED);
        }
    }

    /// Waits until no other program writes: one that takes no turns may, too.
    private void begin() throws SQLException {
        for (SQLiteException busy = tryToBegin(); busy != null; busy = tryToBegin()) {
            rows.rollBack();
            if (hurrying) {
                throw busy;
            }
        }
    }

    private @Nullable SQLiteException tryToBegin() throws SQLException {
        try {
            rows.begin();
            return null;
        } catch (SQLiteException fault) {
            if ((fault.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_BUSY.code) {
                throw fault;
            }
            return fault;
        }
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
        queue.add(new Work.Ending(clock.nanoTime()));
        try {
            thread.join(Math.max(1, millis));
            hurrying = true;
            thread.interrupt();
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
