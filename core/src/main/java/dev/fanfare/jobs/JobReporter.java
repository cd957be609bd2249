package dev.fanfare.jobs;

import dev.fanfare.BroadcastException;
import dev.fanfare.RefusedException;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.Waiting;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Takes a worker's newest values to the job: paced, one update in flight at a time, and the end last.
///
/// A worker that has changed its values calls `stir`. That arms the reporter: a look at the values is due, at once or
/// as soon as the pace allows. The look disarms before it reads. So a worker that found the reporter armed changed
/// its values before the look reads them, and one that finds it disarmed arms it again: no last value is left behind.
/// This needs the worker's writes and its read of `armed` in that order, hence volatile and atomic ones throughout.
///
/// A look that finds an update in flight is made again when that has landed. An update that fails is made again from
/// the newest values a second later. The end waits for what is in flight and then goes out at once.
///
/// Threads: safe. Looks run on the clock's thread, landings on the backend's. Nothing is sent while holding the lock.
final class JobReporter {
    static final Duration PACE = Duration.ofMillis(50);
    static final Duration RETRY = Duration.ofSeconds(1);
    /// How long an end that cannot be stored is tried again.
    static final Duration GIVE_UP = Duration.ofMinutes(15);

    private static final System.Logger LOG = System.getLogger(JobReporter.class.getName());

    private final Jobs jobs;
    private final Clock clock;
    private final String id;
    private final Supplier<JobChange> values;

    private volatile boolean armed;
    private volatile boolean over;
    // What follows is guarded by this.
    private JobUpdate last;
    private @Nullable JobChange sent;
    private long sentNanos;
    private boolean inFlight;
    private boolean lookIsDue;
    private boolean failing;
    private @Nullable JobChange end;
    private long endNanos;
    private CompletableFuture<JobUpdate> ended = new CompletableFuture<>();

    JobReporter(Jobs jobs, Clock clock, JobUpdate begun, Supplier<JobChange> values) {
        this.jobs = jobs;
        this.clock = clock;
        this.id = begun.jobId();
        this.values = values;
        this.last = begun;
        this.sentNanos = clock.nanoTime();
    }

    /// Says that the values have changed.
    void stir() {
        if (!armed) {
            arm();
        }
    }

    /// Tells whether the job is known to be over.
    boolean isOver() {
        return over;
    }

    /// Tells whether the job is over, or told to be.
    synchronized boolean isEnding() {
        return over || end != null;
    }

    /// Ends the job, unless it is over or told to be; waits until it is.
    JobUpdate end(JobChange change) {
        CompletableFuture<JobUpdate> result;
        JobChange next = null;
        synchronized (this) {
            result = ended;
            if (!over && end == null) {
                end = change;
                endNanos = clock.nanoTime();
                armed = true; // steps need not stir any more
                next = inFlight ? null : nextToSend();
            }
        }
        sendIfAny(next);
        return Waiting.forChange(
                result, () -> "ending job " + Quote.of(id) + ", which is tried again for a quarter of an hour");
    }

    private void arm() {
        synchronized (this) {
            if (armed) {
                return;
            }
            armed = true;
        }
        lookAfterPause();
    }

    private void lookAfterPause() {
        long nanos;
        synchronized (this) {
            nanos = sentNanos + PACE.toNanos() - clock.nanoTime();
        }
        clock.schedule(Duration.ofNanos(Math.max(0, nanos)), this::look);
    }

    private void look() {
        JobChange next;
        synchronized (this) {
            lookIsDue = inFlight;
            next = inFlight || over ? null : nextToSend();
        }
        sendIfAny(next);
    }

    /// Puts the end in flight if the job is told to end, else the newest values if they are new.
    private @Nullable JobChange nextToSend() {
        JobChange next = end;
        if (next == null) {
            armed = false;
            next = values.get();
            if (next.equals(sent)) {
                return null;
            }
        }
        inFlight = true;
        sent = next;
        sentNanos = clock.nanoTime();
        return next.knowing(last);
    }

    private void sendIfAny(@Nullable JobChange change) {
        if (change != null) {
            send(change).whenComplete((receipt, failure) -> {
                if (failure == null) {
                    stored(receipt.update());
                } else {
                    failed(Waiting.cause(failure));
                }
            });
        }
    }

    private CompletionStage<JobReceipt> send(JobChange change) {
        try {
            return jobs.updateAsync(id, change);
        } catch (RuntimeException failure) {
            return CompletableFuture.failedStage(failure);
        }
    }

    private void stored(JobUpdate update) {
        if (update.isEnded()) {
            finish(result -> result.complete(update));
            return;
        }
        JobChange next;
        boolean due;
        synchronized (this) {
            last = update;
            next = landed();
            due = lookIsDue;
        }
        if (setFailing(false)) {
            LOG.log(Level.INFO, () -> "updates of job " + Quote.of(id) + " are stored again");
        }
        sendIfAny(next);
        if (due) {
            lookAfterPause();
        }
    }

    private void failed(Throwable failure) {
        if (failure instanceof JobEndedException job) {
            finish(result -> result.complete(job.last()));
        } else if (isEndTooLarge(failure)) {
            goOn(failure);
        } else if (isForGood(failure)) {
            finish(result -> result.completeExceptionally(failure));
        } else {
            tryAgain(failure);
        }
    }

    private synchronized boolean isEndTooLarge(Throwable failure) {
        return end != null
                && end.equals(sent)
                && failure instanceof RefusedException refused
                && refused.code().equals("body_too_large");
    }

    private synchronized boolean isForGood(Throwable failure) {
        boolean tooLate = end != null && clock.nanoTime() - endNanos > GIVE_UP.toNanos();
        return tooLate || failure instanceof StaleAttemptException || !(failure instanceof BroadcastException);
    }

    private void tryAgain(Throwable failure) {
        JobChange next;
        synchronized (this) {
            next = landed();
            if (next == null) {
                sent = null;
                armed = true;
            }
        }
        if (setFailing(true)) {
            LOG.log(
                    Level.WARNING,
                    () -> "updates of job " + Quote.of(id) + " are tried again: " + failure.getMessage());
        }
        sendIfAny(next);
        if (next == null) {
            clock.schedule(RETRY, this::look);
        }
    }

    /// Returns whether that is a change.
    private synchronized boolean setFailing(boolean now) {
        boolean changes = failing != now;
        failing = now;
        return changes;
    }

    /// Takes the update out of flight; returns the end if that has been waiting for it.
    private @Nullable JobChange landed() {
        inFlight = false;
        return end != null && !end.equals(sent) ? nextToSend() : null;
    }

    /// The end cannot be what the worker wanted it to be; it may find another one.
    private void goOn(Throwable failure) {
        CompletableFuture<JobUpdate> refused;
        synchronized (this) {
            refused = ended;
            ended = new CompletableFuture<>();
            end = null;
            inFlight = false;
            armed = false;
        }
        refused.completeExceptionally(failure);
    }

    private void finish(Consumer<CompletableFuture<JobUpdate>> how) {
        CompletableFuture<JobUpdate> result;
        synchronized (this) {
            over = true;
            armed = true;
            result = ended;
        }
        how.accept(result);
    }
}
