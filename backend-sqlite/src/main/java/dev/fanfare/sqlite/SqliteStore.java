package dev.fanfare.sqlite;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Durability;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Quote;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A place where a file is kept open in this process, once, for all backends that name it. Its guard looks ten times
/// a second whether the file is still there: when it was moved, replaced or deleted, what stands at its place is opened
/// instead.
///
/// Threads: safe.
final class SqliteStore {
    private static final System.Logger LOG = System.getLogger(SqliteStore.class.getName());
    private static final long LOOK_NANOS = 100_000_000L;
    private static final Map<Path, SqliteStore> OPEN = new ConcurrentHashMap<>();

    private final Path key;
    private final SqliteFile file;
    private final Clock clock;
    private final Audience audience = new Audience();
    private final Thread guard = threads("guard").newThread(this::guard);
    private volatile @Nullable OpenFile open;
    private volatile String reason = "not open";
    private @Nullable OpenFile gone; // the guard's, and then the closer's
    private int users; // guarded by this
    private volatile boolean over;

    private SqliteStore(Path key, Durability durability, Clock clock) {
        this.key = key;
        this.file = new SqliteFile(key, durability);
        this.clock = clock;
    }

    static ThreadFactory threads(String name) {
        return task -> {
            Thread thread = new Thread(task, "fanfare-sqlite-" + name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /// Opens the file, or joins those that have it open.
    ///
    /// @throws UnusableStoreException if it cannot be used, or promises something else to those that have it open
    static SqliteStore acquire(Path path, Durability durability, Clock clock) {
        try {
            Path key = SqliteFile.place(path);
            while (true) {
                SqliteStore store = OPEN.computeIfAbsent(key, place -> new SqliteStore(place, durability, clock));
                if (store.enter()) {
                    return store.promising(durability, path);
                }
            }
        } catch (SQLException | IOException fault) {
            throw new UnusableStoreException(Quote.of(path.toString()), String.valueOf(fault.getMessage()));
        }
    }

    /// Returns false if the store has been closed, and another must be made.
    private synchronized boolean enter() throws SQLException, IOException {
        if (over) {
            return false;
        }
        if (users == 0) {
            try {
                open = OpenFile.open(file, null, clock, audience);
            } catch (SQLException | IOException | RuntimeException refused) {
                end();
                throw refused;
            }
            guard.start();
        }
        users++;
        return true;
    }

    private SqliteStore promising(Durability durability, Path path) {
        if (file.durability() != durability) {
            release(Duration.ZERO);
            throw new UnusableStoreException(
                    Quote.of(path.toString()),
                    "this process has it open with events that are "
                            + file.durability().wireName() + ", not " + durability.wireName()
                            + "; open it the same way everywhere");
        }
        return this;
    }

    /// Closes the file when nobody uses it any more. Whoever opens it meanwhile waits; other files do not.
    synchronized void release(Duration grace) {
        if (--users > 0) {
            return;
        }
        over = true;
        LockSupport.unpark(guard);
        join(guard);
        OpenFile last = open == null ? gone : open;
        open = null;
        if (last != null) {
            last.close(grace);
        }
        end();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        over = true;
        audience.close();
        OPEN.remove(key, this);
    }

    Audience audience() {
        return audience;
    }

    BackendHealth health() {
        OpenFile present = open;
        return present == null ? BackendHealth.unavailable(reason) : present.health();
    }

    /// Completes if the file is there, else fails.
    CompletionStage<Void> presence(String doing) {
        return open != null
                ? CompletableFuture.completedStage(null)
                : CompletableFuture.failedStage(away(doing, reason));
    }

    CompletionStage<List<AppendResult>> append(List<Append> appends) {
        OpenFile present = open;
        return present != null
                ? present.writer().append(appends)
                : CompletableFuture.completedStage(
                        Collections.nCopies(appends.size(), new AppendResult.Unavailable(reason, false)));
    }

    CompletionStage<Void> purge(String app) {
        OpenFile present = open;
        return present != null
                ? present.writer().purge(app)
                : CompletableFuture.failedStage(away("purging an app", reason));
    }

    CompletionStage<Boolean> settle(String key, @Nullable String refusal) {
        OpenFile present = open;
        return present != null
                ? present.writer().settle(key, refusal)
                : CompletableFuture.failedStage(away("relaying", reason));
    }

    /// A question to the file.
    interface Question<T> {
        T ask(Views views, long now) throws SQLException;
    }

    /// Asks inside a transaction, so that the answer is of one moment.
    <T> CompletionStage<T> read(String doing, Question<T> question) {
        OpenFile present = open;
        return present != null ? present.read(doing, question) : CompletableFuture.failedStage(away(doing, reason));
    }

    static BackendUnavailableException away(String doing, String reason) {
        return new BackendUnavailableException("sqlite", doing, reason, false);
    }

    private void guard() {
        while (!over) {
            LockSupport.parkNanos(LOOK_NANOS);
            OpenFile present = open;
            if (present != null && !over) {
                present.writer().giveUp();
                if (!present.isInPlace()) {
                    leave(present);
                }
            }
            if (open == null && !over) {
                openAgain();
            }
        }
    }

    /// Publishing and reading fail from now on; what has been committed goes with the file.
    private void leave(OpenFile left) {
        reason = file.path() + " was moved, replaced or deleted";
        LOG.log(System.Logger.Level.WARNING, () -> reason);
        open = null;
        audience.interrupted(reason);
        left.stop(Duration.ZERO);
        gone = left;
    }

    private void openAgain() {
        try {
            open = OpenFile.open(file, gone, clock, audience);
            gone = null;
        } catch (SQLException | IOException | RuntimeException fault) {
            String why = String.valueOf(fault.getMessage());
            if (!why.equals(reason)) {
                LOG.log(System.Logger.Level.WARNING, () -> "opening " + file.path() + " again failed: " + why);
            }
            reason = why;
            return;
        }
        LOG.log(System.Logger.Level.INFO, () -> file.path() + " is open again");
        audience.resumed();
    }
}
