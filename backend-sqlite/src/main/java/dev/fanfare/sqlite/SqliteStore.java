package dev.fanfare.sqlite;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Durability;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/// A file that this process has open, once, for all of its backends on that file: a writer, a reader, one that waits
/// for
/// news, and one that moves the write-ahead log into the file.
///
/// Threads: safe. Each connection belongs to one thread.
final class SqliteStore implements Writer.Reports {
    private static final System.Logger LOG = System.getLogger(SqliteStore.class.getName());
    /// How long news of another process are late at most, should its wake be lost.
    private static final long SAFETY_MILLIS = 250;

    private static final Map<Path, SqliteStore> OPEN = new HashMap<>(); // guarded by itself

    private final Path key;
    private final Clock clock;
    private final Bus bus;
    private final Rows writing;
    private final Rows reading;
    private final Rows waiting;
    private final Rows checkpointing;
    private final Views views;
    private final Feed feed;
    private final Writer writer;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(named("reader"));
    private final ExecutorService tellers = Executors.newCachedThreadPool(named("news"));
    private final Set<News> listeners = ConcurrentHashMap.newKeySet();
    private final Thread waiter = daemon("waiter", this::waitForNews);
    private final Checkpointer checkpointer;
    private volatile BackendHealth health = BackendHealth.AVAILABLE;
    private volatile boolean closed;
    private int users; // guarded by OPEN

    private SqliteStore(Path key, Clock clock) throws SQLException, IOException {
        SqliteFile file = new SqliteFile(key);
        file.check();
        this.key = key;
        this.clock = clock;
        this.bus = Bus.beside(key);
        bus.takeTurn();
        file.make();
        bus.endTurn();
        this.writing = new Rows(file.connectToWrite());
        this.reading = new Rows(file.connect());
        this.waiting = new Rows(file.connect());
        this.checkpointing = new Rows(file.connectToCheckpoint());
        this.views = new Views(reading);
        this.feed = new Feed(waiting);
        this.checkpointer = new Checkpointer(checkpointing, bus, file.log());
        this.writer = new Writer(writing, Durability.COMMITTED, bus, clock, this);
        waiter.start();
    }

    private static ThreadFactory named(String name) {
        return task -> daemon(name, task);
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, "fanfare-sqlite-" + name);
        thread.setDaemon(true);
        return thread;
    }

    /// Opens the file, or joins those that have it open.
    ///
    /// @throws SqliteFileException if it cannot be used
    static SqliteStore acquire(Path path, Clock clock) {
        synchronized (OPEN) {
            try {
                Path key = keyOf(path);
                SqliteStore store = OPEN.get(key);
                if (store == null) {
                    store = new SqliteStore(key, clock);
                    OPEN.put(key, store);
                }
                store.users++;
                return store;
            } catch (SQLException | IOException fault) {
                throw new SqliteFileException(path, String.valueOf(fault.getMessage()));
            }
        }
    }

    /// The file's true place, so that two ways to it are one.
    private static Path keyOf(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        Path parent = absolute.getParent();
        return parent != null && Files.exists(parent) ? parent.toRealPath().resolve(absolute.getFileName()) : absolute;
    }

    /// Closes the file when nobody uses it any more.
    void release(Duration grace) {
        synchronized (OPEN) {
            if (--users > 0) {
                return;
            }
            OPEN.remove(key);
            close(grace);
        }
    }

    private void close(Duration grace) {
        writer.close(grace.toMillis());
        closed = true;
        bus.wakeSelf();
        reader.shutdown();
        join(waiter);
        tellers.shutdown();
        try {
            checkpointer.close();
            reader.awaitTermination(2, TimeUnit.SECONDS);
            for (Rows rows : List.of(writing, reading, waiting, checkpointing)) {
                rows.close();
            }
            bus.close();
        } catch (SQLException | IOException fault) {
            LOG.log(System.Logger.Level.WARNING, () -> "closing " + key + " failed", fault);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    News listen() {
        News news = new News(tellers);
        listeners.add(news);
        return news;
    }

    void silence(News news) {
        news.end();
        listeners.remove(news);
    }

    BackendHealth health() {
        return health;
    }

    CompletionStage<List<AppendResult>> append(List<Append> appends) {
        return writer.append(appends);
    }

    CompletionStage<Void> purge(String app) {
        return writer.purge(app);
    }

    /// A question to the file.
    interface Question<T> {
        T ask(Views views, long now) throws SQLException;
    }

    /// Asks inside a transaction, so that the answer is of one moment.
    <T> CompletionStage<T> read(String doing, Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            reader.execute(() -> answer(doing, question, answer));
        } catch (RejectedExecutionException over) {
            answer.completeExceptionally(away(doing, "it has been closed"));
        }
        return answer;
    }

    private <T> void answer(String doing, Question<T> question, CompletableFuture<T> answer) {
        T found;
        try {
            reading.begin();
            found = question.ask(views, Rows.micros(clock.now()));
            reading.commit();
        } catch (SQLException | RuntimeException fault) {
            reading.rollBack();
            answer.completeExceptionally(away(doing, String.valueOf(fault.getMessage())));
            return;
        }
        answer.complete(found);
    }

    static BackendUnavailableException away(String doing, String reason) {
        return new BackendUnavailableException("sqlite", doing, reason, false);
    }

    @Override
    public void committed() {
        health = BackendHealth.AVAILABLE;
        bus.wakeSelf();
        bus.wakeOthers();
        checkpointer.committed();
    }

    @Override
    public void failed(String reason) {
        LOG.log(System.Logger.Level.WARNING, () -> "writing to " + key + " failed: " + reason);
        health = BackendHealth.unavailable(reason);
    }

    private void waitForNews() {
        while (!closed) {
            try {
                bus.await(SAFETY_MILLIS);
                tellNews();
            } catch (SQLException | IOException fault) {
                waiting.rollBack();
                LOG.log(System.Logger.Level.WARNING, () -> "reading the news of " + key + " failed", fault);
            }
        }
    }

    private void tellNews() throws SQLException {
        if (listeners.stream().allMatch(News::isIdle)) {
            feed.skip();
            return;
        }
        List<News.Item> items = feed.look(this::concernsAnybody);
        while (!items.isEmpty() && !closed) {
            for (News.Item item : items) {
                listeners.forEach(news -> news.tell(item));
            }
            items = feed.look(this::concernsAnybody);
        }
    }

    @Override
    public boolean isRead(TopicName topic) {
        return listeners.stream().anyMatch(news -> news.attached().contains(topic));
    }

    private boolean concernsAnybody(TopicName topic) {
        return listeners.stream()
                .anyMatch(news ->
                        news.attached().contains(topic) || news.watched().containsKey(topic.app()));
    }
}
