package dev.fanfare.sqlite;

import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.TopicName;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A file from its opening to its closing: a writer, a reader, one that waits for news, and one that moves the
/// write-ahead log into the file.
///
/// Threads: safe. Each connection belongs to one thread.
final class OpenFile implements Writer.Reports {
    private static final System.Logger LOG = System.getLogger(OpenFile.class.getName());
    /// How long news of another process are late at most, should its wake be lost.
    private static final long SAFETY_MILLIS = 250;

    private static final long PATIENCE_MILLIS = 2_000;

    private final SqliteFile file;
    private final SqliteFile.Identity identity;
    private final Clock clock;
    private final Audience audience;
    private final Bus bus;
    private final Connections connections;
    private final Views views;
    private final Feed feed;
    private final Writer writer;
    private final Checkpointer checkpointer;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(SqliteStore.threads("reader"));
    private final Thread waiter = SqliteStore.threads("waiter").newThread(this::waitForNews);
    private volatile BackendHealth health = BackendHealth.AVAILABLE;
    private volatile boolean closed;
    private boolean left; // confined to the store's guard

    private OpenFile(SqliteFile file, Bus bus, Connections connections, Clock clock, Audience audience)
            throws SQLException {
        this.file = file;
        this.clock = clock;
        this.audience = audience;
        this.bus = bus;
        this.connections = connections;
        this.views = new Views(connections.reading);
        this.feed = new Feed(connections.waiting);
        this.identity = file.identity();
        this.checkpointer = new Checkpointer(connections.checkpointing, bus, file.log());
        this.writer = new Writer(connections.writing, file.durability(), bus, clock, this);
        waiter.start();
    }

    /// Opens the file, which is made if it is missing.
    ///
    /// @param gone what stood in its place until it was moved away, stopped; null if nothing did
    /// @throws UnusableStoreException if it is not to be used
    static OpenFile open(SqliteFile file, @Nullable OpenFile gone, Clock clock, Audience audience)
            throws SQLException, IOException {
        if (gone == null) {
            file.check();
            file.requireWhole();
        }
        Bus bus = Bus.beside(file.path());
        try {
            bus.takeTurnWithin(PATIENCE_MILLIS);
            try {
                if (gone != null) {
                    gone.leave();
                }
                file.check();
                file.removeWhatIsLeft(null);
                file.make();
                return open(file, bus, clock, audience);
            } finally {
                bus.endTurn();
            }
        } catch (SQLException | IOException | RuntimeException failed) {
            bus.close();
            throw failed;
        }
    }

    private static OpenFile open(SqliteFile file, Bus bus, Clock clock, Audience audience) throws SQLException {
        Connections connections = new Connections(file);
        try {
            return new OpenFile(file, bus, connections, clock, audience);
        } catch (SQLException | RuntimeException failed) {
            connections.close();
            throw failed;
        }
    }

    /// Removes what would be taken for a part of what comes in its place, and closes the files that had been here.
    private void leave() throws SQLException, IOException {
        if (!left) {
            file.removeWhatIsLeft(identity);
            connections.close();
            left = true;
        }
    }

    /// Tells whether what is open is still what stands at the file's place. Nothing is opened for that.
    @Override
    public boolean isInPlace() {
        return file.isStill(identity) && bus.isInPlace();
    }

    Writer writer() {
        return writer;
    }

    BackendHealth health() {
        return health;
    }

    /// Asks inside a transaction, so that the answer is of one moment.
    <T> CompletionStage<T> read(String doing, SqliteStore.Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            reader.execute(() -> answer(doing, question, answer));
        } catch (RejectedExecutionException over) {
            answer.completeExceptionally(SqliteStore.away(doing, "it has been closed"));
        }
        return answer;
    }

    private <T> void answer(String doing, SqliteStore.Question<T> question, CompletableFuture<T> answer) {
        Rows reading = connections.reading;
        T found;
        try {
            reading.begin();
            found = question.ask(views, Rows.micros(clock.now()));
            reading.commit();
        } catch (SQLException | RuntimeException fault) {
            reading.rollBack();
            answer.completeExceptionally(SqliteStore.away(doing, String.valueOf(fault.getMessage())));
            return;
        }
        answer.complete(found);
    }

    @Override
    public void beginning() throws SQLException, IOException {
        checkpointer.keepShort();
    }

    @Override
    public void committed() {
        health = BackendHealth.AVAILABLE;
        bus.wakeSelf();
        bus.wakeOthers();
        checkpointer.committed();
    }

    @Override
    public void swept(boolean changed) {
        health = BackendHealth.AVAILABLE;
        if (changed) {
            checkpointer.committed();
        }
    }

    @Override
    public void failed(String reason) {
        if (health.available()) {
            LOG.log(System.Logger.Level.WARNING, () -> "writing to " + file.path() + " failed: " + reason);
        }
        health = BackendHealth.unavailable(reason);
    }

    @Override
    public boolean isRead(TopicName topic) {
        return audience.reads(topic);
    }

    private void waitForNews() {
        boolean failing = false;
        while (!closed) {
            try {
                bus.await(SAFETY_MILLIS);
                tellNews();
                failing = false;
            } catch (SQLException | IOException fault) {
                connections.waiting.rollBack();
                if (!failing) {
                    LOG.log(System.Logger.Level.WARNING, () -> "reading the news of " + file.path() + " failed", fault);
                }
                failing = true;
            }
        }
    }

    private void tellNews() throws SQLException {
        long end = feed.end(); // before looking who is there: whoever comes later wants what comes later
        if (audience.isIdle()) {
            feed.skip(end);
            return;
        }
        do {
            feed.look(audience::isConcernedBy).forEach(audience::tell);
        } while (feed.hasMore() && !closed);
    }

    /// Finishes what is queued, for at most `grace`, and closes the file.
    void close(Duration grace) {
        stop(grace);
        try {
            connections.close();
        } catch (SQLException fault) {
            LOG.log(System.Logger.Level.WARNING, () -> "closing " + file.path() + " failed", fault);
        }
    }

    /// Ends all that works on the file. What has been committed is moved into it, wherever it is now.
    void stop(Duration grace) {
        writer.close(grace.toMillis());
        closed = true;
        bus.wakeSelf();
        reader.shutdown();
        try {
            waiter.join();
            reader.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            checkpointer.close();
            if (!isInPlace()) {
                checkpointer.finish();
            }
            bus.close();
        } catch (SQLException | IOException fault) {
            LOG.log(System.Logger.Level.WARNING, () -> "stopping the work on " + file.path() + " failed", fault);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
