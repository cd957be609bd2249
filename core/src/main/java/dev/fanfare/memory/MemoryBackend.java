package dev.fanfare.memory;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Capabilities;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Keeps topics in the memory of this process: the default, and the reference of the contract.
///
/// Everything completes on the calling thread. With the process all is gone: its readers come back to new lives, and
/// are told so by a gap.
///
/// Threads: safe; each topic has a lock of its own.
public final class MemoryBackend implements Backend {
    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final int TOPICS_A_SWEEP = 100_000;
    private static final int MAX_MESSAGE_BYTES = 1 << 20;
    private static final long MAX_TOPICS = 1_000_000;

    private final Clock clock;
    private final int maxMessageBytes;
    private final long maxTopics;
    private final Map<String, AppTopics> apps = new ConcurrentHashMap<>();
    private final Set<TopicName> attached = ConcurrentHashMap.newKeySet();
    private final Set<String> watched = ConcurrentHashMap.newKeySet();
    private volatile @Nullable BackendListener listener;
    // Only the clock's thread uses these two.
    private Iterator<AppTopics> appsToSweep = Collections.emptyIterator();
    private Iterator<TopicLog> logsToSweep = Collections.emptyIterator();
    private volatile boolean closed;

    private MemoryBackend(Clock clock, int maxMessageBytes, long maxTopics) {
        this.clock = clock;
        this.maxMessageBytes = maxMessageBytes;
        this.maxTopics = maxTopics;
    }

    public static MemoryBackend create() {
        return create(Clock.system());
    }

    public static MemoryBackend create(Clock clock) {
        return create(clock, MAX_MESSAGE_BYTES, MAX_TOPICS);
    }

    /// Makes a backend with limits of its own.
    ///
    /// @param maxMessageBytes the size up to which a message is taken
    /// @param maxTopics how many topics an app may have
    public static MemoryBackend create(Clock clock, int maxMessageBytes, long maxTopics) {
        if (maxMessageBytes < 1 || maxTopics < 1) {
            throw new IllegalArgumentException(
                    "maxMessageBytes (" + maxMessageBytes + ") and maxTopics (" + maxTopics + ") must be positive");
        }
        return new MemoryBackend(clock, maxMessageBytes, maxTopics);
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities("memory", false, false, maxMessageBytes);
    }

    @Override
    public CompletionStage<Void> start(BackendListener newListener) {
        if (listener != null) {
            throw new IllegalStateException("this backend has been started already; each broadcaster needs its own");
        }
        listener = newListener;
        sweepLater();
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
        if (closed) {
            return closedStage();
        }
        if (appends.size() == 1) {
            return CompletableFuture.completedStage(List.of(append(appends.get(0))));
        }
        List<AppendResult> results = new ArrayList<>(appends.size());
        appends.forEach(append -> results.add(append(append)));
        return CompletableFuture.completedStage(results);
    }

    private AppendResult append(Append append) {
        if (append.message().length() > maxMessageBytes) {
            return new AppendResult.TooLarge(maxMessageBytes);
        }
        while (true) {
            AppTopics topics = apps.get(append.topic().app());
            TopicLog log = topics == null ? null : find(topics, append.topic().name());
            if (log == null && append.effect() instanceof Effect.Drop) {
                return new AppendResult.Conflict(null);
            }
            if (log == null && topics != null && topics.size() >= maxTopics) {
                return new AppendResult.AppFull(maxTopics);
            }
            AppendResult result = append(append, log == null ? make(append.topic()) : log);
            if (result != null) {
                return result;
            }
        }
    }

    private TopicLog make(TopicName topic) {
        List<TopicLog> made = new ArrayList<>(1);
        apps.compute(topic.app(), (app, known) -> {
            AppTopics topics = known == null ? new AppTopics(app, attached) : known;
            made.add(topics.make(topic.name()));
            return topics;
        });
        return made.get(0);
    }

    /// Null if the log was removed in the meantime.
    private @Nullable AppendResult append(Append append, TopicLog log) {
        BackendListener told = listener;
        AppendResult result = log.append(append, clock.now());
        if (told != null && result instanceof AppendResult.Accepted accepted) {
            log.tell(told);
            if (accepted.position().offset() == 1
                    && watched.contains(append.topic().app())) {
                told.appeared(append.topic());
            }
        }
        return result;
    }

    /// Returns the topic's log unless it has expired.
    private @Nullable TopicLog find(AppTopics topics, String name) {
        TopicLog log = topics.find(name);
        return log == null || expire(topics, name, log, clock.now()) ? null : log;
    }

    private boolean expire(AppTopics topics, String name, TopicLog log, Instant now) {
        boolean expired = log.isExpired(now);
        if (expired) {
            topics.remove(name, log);
        }
        return expired;
    }

    @Override
    public CompletionStage<List<TopicView>> read(List<Read> reads) {
        if (closed) {
            return closedStage();
        }
        return CompletableFuture.completedStage(reads.stream().map(this::view).toList());
    }

    private TopicView view(Read read) {
        AppTopics topics = apps.get(read.topic().app());
        TopicLog log = topics == null ? null : find(topics, read.topic().name());
        return log == null ? TopicView.ABSENT : log.view(read, clock.now());
    }

    @Override
    public CompletionStage<Void> attach(Collection<TopicName> topics) {
        if (closed) {
            return closedStage();
        }
        attached.addAll(topics);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void detach(Collection<TopicName> topics) {
        topics.forEach(attached::remove);
    }

    @Override
    public CompletionStage<Void> watch(String app) {
        if (closed) {
            return closedStage();
        }
        watched.add(app);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void unwatch(String app) {
        watched.remove(app);
    }

    @Override
    public CompletionStage<TopicPage> list(String app, String prefix, @Nullable String after, int limit) {
        if (closed) {
            return closedStage();
        }
        AppTopics topics = apps.get(app);
        List<TopicPage.Entry> page = new ArrayList<>();
        String last = topics == null ? null : fill(page, topics, prefix, after, limit);
        return CompletableFuture.completedStage(new TopicPage(page, last, clock.now()));
    }

    /// Returns the name to go on after; null when nothing is left.
    private @Nullable String fill(
            List<TopicPage.Entry> page, AppTopics topics, String prefix, @Nullable String after, int limit) {
        for (String name : topics.namesFrom(prefix, after)) {
            if (!name.startsWith(prefix)) {
                return null;
            }
            if (page.size() == limit) {
                return page.get(limit - 1).name();
            }
            TopicLog log = find(topics, name);
            Head head = log == null ? null : log.listed();
            if (head != null) {
                page.add(new TopicPage.Entry(name, head));
            }
        }
        return null;
    }

    @Override
    public CompletionStage<Void> purge(String app) {
        if (closed) {
            return closedStage();
        }
        AppTopics topics = apps.get(app);
        BackendListener told = listener;
        if (topics != null) {
            topics.logs().forEach((name, log) -> {
                log.remove(clock.now());
                topics.remove(name, log);
                if (told != null) {
                    log.tell(told);
                }
            });
        }
        return CompletableFuture.completedStage(null);
    }

    private void sweepLater() {
        clock.schedule(SWEEP, () -> {
            if (!closed) {
                sweep();
                sweepLater();
            }
        });
    }

    /// Looks at a part of the topics, going on where the last look ended, so that no look takes long.
    private void sweep() {
        Instant now = clock.now();
        for (int looks = 0; looks < TOPICS_A_SWEEP; looks++) {
            while (!logsToSweep.hasNext()) {
                if (!appsToSweep.hasNext()) {
                    appsToSweep = apps.values().iterator();
                    return;
                }
                logsToSweep = appsToSweep.next().logs().values().iterator();
            }
            sweep(logsToSweep.next(), now);
        }
    }

    private void sweep(TopicLog log, Instant now) {
        apps.computeIfPresent(log.topic().app(), (app, topics) -> {
            expire(topics, log.topic().name(), log, now);
            return topics.size() == 0 ? null : topics;
        });
    }

    @Override
    public BackendHealth health() {
        return closed ? BackendHealth.unavailable("closed") : BackendHealth.AVAILABLE;
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        closed = true;
        apps.clear();
        return CompletableFuture.completedStage(null);
    }

    private static <T> CompletionStage<T> closedStage() {
        return CompletableFuture.failedStage(
                new BackendUnavailableException("memory", "using it", "it has been closed", false));
    }
}
