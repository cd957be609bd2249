package dev.fanfare.postgres;

import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Room;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Commits what is queued, all of it at once: a transaction's price is its end, whatever it holds. Nothing waits for
/// company: what comes while a transaction is under way makes up the next.
///
/// A topic that another transaction holds, because an application publishes inside it, is set aside with all that comes
/// for it, and tried again beside the rest; so is everything while there is no connection.
///
/// What has waited in the queue until its publisher is about to give up is withdrawn, and not stored.
///
/// Threads: `append` and `close` may be called by any, and the clock withdraws; the rest happens on the committer's own
/// thread.
final class Committer {
    private static final System.Logger LOG = System.getLogger(Committer.class.getName());
    private static final int MOST_AT_ONCE = 512;
    private static final int MOST_BYTES_AT_ONCE = 1 << 20;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String TOO_SLOW = "the database is too slow: it has not been begun with in time";
    private static final AppendResult CLOSED = new AppendResult.Unavailable("it has been closed", false);
    private static final Duration TICK = Duration.ofMillis(100);

    private final Appender appender;
    private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
    private final Room room = Room.empty(); // for what is not yet answered
    private final Map<TopicName, Deque<Pending>> held = new LinkedHashMap<>();
    private final Thread thread = new Thread(this::run, "fanfare-postgres-committer");
    private long retryAt;
    private volatile boolean closing;
    private volatile boolean closed;

    Committer(Appender appender) {
        this.appender = appender;
        appender.isReady(); // so that what is appended at once finds a connection
        thread.setDaemon(true);
        thread.start();
        withdrawLater();
    }

    /// Returns why the database cannot be reached; null if it can.
    @Nullable
    String away() {
        return appender.away();
    }

    CompletionStage<List<AppendResult>> append(List<Append> appends) {
        Pending.Answer answer = new Pending.Answer(appends);
        List<Pending> fitting = new ArrayList<>(appends.size());
        for (Pending pending : answer.parts()) {
            if (pending.append().message().length() > PostgresBackend.MAX_MESSAGE_BYTES) {
                pending.answer(new AppendResult.TooLarge(PostgresBackend.MAX_MESSAGE_BYTES));
            } else {
                fitting.add(pending);
            }
        }
        submit(fitting, answer);
        return answer.results();
    }

    private void submit(List<Pending> all, Pending.Answer answer) {
        String away = appender.away();
        long bytes = all.stream()
                .mapToLong(pending -> pending.append().message().length())
                .sum();
        if (closed) {
            answer(all, CLOSED);
        } else if (away != null) {
            answer(all, new AppendResult.Unavailable(away, false));
        } else if (!room.take(all.size(), bytes)) {
            answer(all, new AppendResult.Overloaded());
        } else {
            answer.results().thenRun(() -> room.give(all.size(), bytes));
            queue.addAll(all);
            if (closed) {
                refuseQueued(); // the thread may have ended before it could see them
            }
        }
    }

    private static void answer(Collection<Pending> all, AppendResult result) {
        all.forEach(pending -> pending.answer(result));
    }

    private void run() {
        while (!closed && (!closing || !queue.isEmpty() || !held.isEmpty())) {
            store(taken(appender.isReady()), true);
            retryHeld();
        }
        closed = true;
        refuseQueued();
        held.values().forEach(line -> answer(line, CLOSED));
    }

    private void refuseQueued() {
        for (Pending next = queue.poll(); next != null; next = queue.poll()) {
            next.answer(CLOSED);
        }
    }

    /// Returns the next from the queue, but for those whose topics are held: they go to the end of their lines.
    private List<Pending> taken(boolean ready) {
        List<Pending> batch = new ArrayList<>();
        int bytes = 0;
        Pending next = first(ready ? longestWait() : 0);
        while (next != null) {
            Deque<Pending> line = held.get(next.append().topic());
            if (next.isForfeited() || next.isTooLate()) {
                dismiss(next, TOO_SLOW);
            } else if (line != null) {
                line.add(next);
            } else {
                batch.add(next);
                bytes += next.append().message().length();
            }
            next = batch.size() < MOST_AT_ONCE && bytes < MOST_BYTES_AT_ONCE ? queue.poll() : null;
        }
        return batch;
    }

    private long longestWait() {
        return held.isEmpty() ? IDLE_NANOS : Math.max(0, retryAt - System.nanoTime());
    }

    private @Nullable Pending first(long wait) {
        try {
            return queue.poll(wait, TimeUnit.NANOSECONDS);
        } catch (InterruptedException closes) {
            return null;
        }
    }

    private void store(List<Pending> batch, boolean patient) {
        if (batch.isEmpty()) {
            return;
        }
        List<Pending> left = tried(batch, patient);
        if (!left.isEmpty()) {
            retryAt = System.nanoTime() + RETRY_NANOS;
            left.forEach(this::hold);
        }
    }

    /// Returns what is to be tried again. Whatever goes wrong, the next batch may go well.
    private List<Pending> tried(List<Pending> batch, boolean patient) {
        try {
            return appender.isReady() ? appender.store(batch, patient) : batch;
        } catch (RuntimeException fault) {
            LOG.log(System.Logger.Level.ERROR, () -> "storing " + batch.size() + " events failed", fault);
            answer(batch, new AppendResult.Unavailable(Database.reason(fault), true));
            return List.of();
        }
    }

    private void hold(Pending pending) {
        held.computeIfAbsent(pending.append().topic(), topic -> new ArrayDeque<>())
                .add(pending);
    }

    private void retryHeld() {
        if (held.isEmpty() || retryAt - System.nanoTime() > 0) {
            return;
        }
        retryAt = System.nanoTime() + RETRY_NANOS;
        List<Pending> batch = new ArrayList<>();
        Iterator<Deque<Pending>> lines = held.values().iterator();
        while (lines.hasNext() && batch.size() < MOST_AT_ONCE) {
            Deque<Pending> line = lines.next();
            dismissLate(line);
            batch.addAll(line);
            lines.remove();
        }
        store(batch, false);
    }

    private void dismissLate(Deque<Pending> line) {
        while (!line.isEmpty() && (line.getFirst().isLate() || line.getFirst().isForfeited())) {
            dismiss(line.removeFirst(), "another transaction holds the topic");
        }
    }

    private void withdrawLater() {
        Clock.system().schedule(TICK, () -> {
            if (!closed) {
                withdrawLate();
                withdrawLater();
            }
        });
    }

    /// The committer may be busy for as long as the database is silent.
    private void withdrawLate() {
        for (Pending next = queue.peek(); next != null && next.isTooLate(); next = queue.peek()) {
            if (queue.remove(next)) {
                dismiss(next, TOO_SLOW);
            }
        }
    }

    private void dismiss(Pending pending, String reason) {
        String away = appender.away();
        String present = pending.isForfeited() ? "what came before it could not be stored" : reason;
        pending.answer(new AppendResult.Unavailable(away == null ? present : away, false));
    }

    /// Finishes what is queued, for at most so long.
    void close(long millis) {
        closing = true;
        thread.interrupt(); // it may be waiting for more
        try {
            thread.join(Math.max(1, millis));
            closed = true;
            appender.close();
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
