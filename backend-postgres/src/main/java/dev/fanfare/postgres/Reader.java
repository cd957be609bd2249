package dev.fanfare.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.fanfare.BackendUnavailableException;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicView;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Asks the database on a few threads of its own. Reads that have to wait for one of them are asked together.
///
/// Threads: safe.
final class Reader {
    private static final int THREADS = 3;
    private static final int MOST_READS_AT_ONCE = 1_000;

    private final HikariDataSource pool;
    private final Views views;
    private final ExecutorService threads;
    private final Queue<Reading> waiting = new ConcurrentLinkedQueue<>();

    /// Reads that came together.
    private record Reading(List<Read> reads, CompletableFuture<List<TopicView>> answer) {}

    /// A question to the database.
    interface Question<T> {
        T ask(Views views, Connection connection) throws SQLException;
    }

    Reader(Database database) {
        this.pool = database.pool(THREADS + 1); // the scout asks on its own
        this.views = new Views(database);
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "fanfare-postgres-reader");
            thread.setDaemon(true);
            return thread;
        });
    }

    <T> CompletionStage<T> ask(String doing, Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        execute(doing, answer, () -> answer(doing, answer, question));
        return answer;
    }

    /// Asks on the caller's thread, and waits for the answer.
    ///
    /// @throws BackendUnavailableException if there is none
    <T> T askHere(String doing, Question<T> question) {
        try (Connection connection = pool.getConnection()) {
            return question.ask(views, connection);
        } catch (SQLException | RuntimeException fault) {
            throw away(doing, Database.reason(fault));
        }
    }

    CompletionStage<List<TopicView>> read(List<Read> reads) {
        Reading reading = new Reading(reads, new CompletableFuture<>());
        waiting.add(reading);
        execute("reading", reading.answer, this::answerWaiting);
        return reading.answer;
    }

    private void execute(String doing, CompletableFuture<?> answer, Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException closed) {
            answer.completeExceptionally(away(doing, "it has been closed"));
        }
    }

    private <T> void answer(String doing, CompletableFuture<T> answer, Question<T> question) {
        T found;
        try {
            found = askHere(doing, question);
        } catch (BackendUnavailableException | Error failure) { // who asked waits for an answer, whatever it is
            answer.completeExceptionally(failure);
            return;
        }
        answer.complete(found);
    }

    private void answerWaiting() {
        List<Reading> together = new ArrayList<>();
        List<Read> all = new ArrayList<>();
        for (Reading next = waiting.poll();
                next != null;
                next = all.size() < MOST_READS_AT_ONCE ? waiting.poll() : null) {
            together.add(next);
            all.addAll(next.reads);
        }
        if (together.isEmpty()) {
            return; // another thread has taken them along
        }
        CompletableFuture<List<TopicView>> answer = new CompletableFuture<>();
        answer("reading", answer, (asked, connection) -> asked.read(connection, all));
        answer.whenComplete((found, failure) -> share(together, found, failure));
    }

    private static void share(List<Reading> together, List<TopicView> found, Throwable failure) {
        int at = 0;
        for (Reading reading : together) {
            if (failure != null) {
                reading.answer.completeExceptionally(failure);
            } else {
                reading.answer.complete(found.subList(at, at + reading.reads.size()));
                at += reading.reads.size();
            }
        }
    }

    /// Tells whether there is a connection that works; takes its time to find out.
    boolean isReady() {
        try (Connection connection = pool.getConnection()) {
            return connection.isValid(1);
        } catch (SQLException away) {
            return false;
        }
    }

    static BackendUnavailableException away(String doing, String reason) {
        return new BackendUnavailableException("postgres", doing, reason, false);
    }

    void close() {
        threads.shutdown();
        try {
            threads.awaitTermination(Database.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        pool.close();
    }
}
