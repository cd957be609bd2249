package dev.fanfare.postgres;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One node at work on a database: what it commits, the committer stores and the waker tells the others; what they
/// tell, the live path hears and the scout looks up; of both, the news tell what concerns this node.
///
/// Threads: safe.
final class PostgresNode {
    private static final System.Logger LOG = System.getLogger(PostgresNode.class.getName());
    /// How long the live path has to prove itself at the start.
    private static final long PROOF_MILLIS = 2_000;

    private final BackendListener listener;
    private final ExecutorService tellers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "fanfare-postgres-news");
        thread.setDaemon(true);
        return thread;
    });
    private final Hints hints = new Hints();
    private final News news;
    private final Waker waker;
    private final LivePath live;
    private final Reader reader;
    private final Scout scout;
    private final Heartbeat heartbeat;
    private final Committer committer;
    private final Committer relaying; // so that nobody waits for what is relayed
    private final Janitor janitor;

    private final long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    private final AtomicBoolean stagedHere = new AtomicBoolean();
    private volatile Runnable onStaged = () -> {};

    private PostgresNode(Database database, BackendListener listener, boolean listens) {
        this.listener = listener;
        this.news = new News(tellers, listener, hints);
        this.heartbeat = new Heartbeat(database, id, this::lookAround);
        this.waker = new Waker(database, id, heartbeat::others);
        this.reader = new Reader(database);
        this.scout = new Scout(hints, reader, news);
        this.committer = new Committer(new Appender(database, new Reporting()));
        this.relaying = new Committer(new Appender(database, new Reporting()));
        this.janitor = new Janitor(database, news::attached, heartbeat);
        Hearing hearing = new Hearing(Wakes.name(id));
        this.live = listens ? new Listener(database, id, hearing) : new Poller(database, id, hearing);
    }

    /// Makes what the database lacks, and waits until the live path has proven itself.
    ///
    /// @throws UnusableStoreException if the database cannot be used
    /// @throws BackendUnavailableException if it is away
    static PostgresNode start(Database database, BackendListener listener) {
        new Schema(database).prepare();
        PostgresNode listening = new PostgresNode(database, listener, true);
        if (listening.isProven()) {
            return listening;
        }
        listening.close(Duration.ZERO);
        LOG.log(
                System.Logger.Level.WARNING,
                () -> "no notification comes through from " + database
                        + ", as if a pooler were in between: looking for news every 50 ms instead;"
                        + " to hear of them at once, connect to the server itself");
        PostgresNode polling = new PostgresNode(database.throughPooler(), listener, false);
        if (polling.isProven()) {
            return polling;
        }
        String reason = polling.live.away();
        polling.close(Duration.ZERO);
        throw new BackendUnavailableException(database.toString(), "starting", String.valueOf(reason), false);
    }

    private boolean isProven() {
        try {
            return live.awaitProof(PROOF_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    Reader reader() {
        return reader;
    }

    News news() {
        return news;
    }

    CompletionStage<List<AppendResult>> append(List<Append> appends) {
        boolean staged = appends.stream().anyMatch(OutboxKey::isOn);
        return (staged ? relaying : committer).append(appends);
    }

    CompletionStage<Void> purge(String app) {
        CompletionStage<Map<TopicName, Long>> purged =
                reader.ask("purging", (views, connection) -> views.purge(connection, app));
        return purged.thenAccept(ended -> ended.forEach((topic, offset) -> {
            hints.add(topic, offset);
            waker.moved(topic, offset);
        }));
    }

    /// Returns what this node is to relay. If there is nothing, what was just committed is for another to relay.
    CompletionStage<List<Staged>> staged(int most, Set<TopicName> except) {
        boolean committed = stagedHere.getAndSet(false);
        return reader.ask("relaying", (views, connection) -> {
            List<Staged> staged = views.staged(connection, id, most, except);
            if (committed && staged.isEmpty() && except.isEmpty()) {
                waker.staged();
            }
            return staged;
        });
    }

    CompletionStage<Boolean> settle(String key, @Nullable String refusal) {
        return reader.ask("relaying", (views, connection) -> views.settle(connection, key, refusal));
    }

    void onStaged(Runnable hint) {
        onStaged = hint;
    }

    /// Relays, or has the node relay that does.
    void relaySoon() {
        stagedHere.set(true);
        onStaged.run();
    }

    /// Tells what has been committed, here and to the other nodes.
    void stored(List<Stored> all) {
        for (Stored each : all) {
            tellHere(each);
            waker.moved(each.topic(), each.since());
        }
    }

    private void tellHere(Stored stored) {
        if (stored.since() == 1) {
            news.begun(stored.topic());
        }
        news.committed(stored);
    }

    /// What the committers have stored.
    private final class Reporting implements Appender.Reports {
        @Override
        public void stored(List<Stored> all, boolean told) {
            if (told) {
                all.forEach(PostgresNode.this::tellHere);
            } else {
                PostgresNode.this.stored(all);
            }
        }

        @Override
        public @Nullable String wake(TopicName topic) {
            return heartbeat.isAlone() ? null : Wakes.begin(id, topic);
        }
    }

    /// Looks at what is read here, since another node may have died before it told what it had committed.
    private void lookAround() {
        for (String app : news.lookAround()) {
            CompletionStage<List<TopicName>> begun =
                    reader.ask("listing", (views, connection) -> views.begunLately(connection, app));
            begun.thenAccept(topics -> topics.forEach(news::begun));
        }
    }

    BackendHealth health() {
        String reason = live.away() == null ? committer.away() : live.away();
        return reason == null ? BackendHealth.AVAILABLE : BackendHealth.unavailable(reason);
    }

    /// What is heard.
    private final class Hearing implements LivePath.Heard, Wakes.Reader {
        private final String self;

        Hearing(String self) {
            this.self = self;
        }

        /// Anybody who may connect may send what no node has: it tells nothing.
        @Override
        public void message(String text) {
            try {
                Wakes.decode(text, self, this);
            } catch (RuntimeException foreign) {
                LOG.log(System.Logger.Level.DEBUG, () -> "not a notification of a node: " + Quote.of(text), foreign);
            }
        }

        @Override
        public void moved(long key, long since) {
            news.moved(key, since);
        }

        @Override
        public void begun(TopicName topic) {
            news.begun(topic);
        }

        @Override
        public void staged() {
            onStaged.run();
        }

        @Override
        public void ping() {
            waker.ping();
        }

        @Override
        public void interrupted(String reason) {
            listener.interrupted(new Scope.Everything(), reason);
        }

        @Override
        public boolean isReady() {
            return committer.away() == null && reader.isReady();
        }

        @Override
        public void resumed() {
            news.startOver();
            listener.resumed(new Scope.Everything());
        }
    }

    void close(Duration grace) {
        long end = System.nanoTime() + grace.toNanos();
        committer.close(grace.toMillis());
        relaying.close(TimeUnit.NANOSECONDS.toMillis(Math.max(0, end - System.nanoTime())));
        news.end();
        janitor.close(waker.close());
        live.close();
        scout.close();
        reader.close();
        tellers.shutdown();
    }
}
