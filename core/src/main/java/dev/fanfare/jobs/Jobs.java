package dev.fanfare.jobs;

import dev.fanfare.App;
import dev.fanfare.Delivery;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Received;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.TopicPattern;
import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.Waiting;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The jobs of an app: what runs somewhere, as those see it who wait for it.
///
/// {@snippet class="dev.fanfare.jobs.JobSnippetsTest" region="worker" }
///
/// A job begins with its first update and ends with the first that has a terminal status; what comes later is
/// refused. Its state can be read, and its end watched, for as long as an ended topic is kept: 24 hours by default.
///
/// Threads: safe. Methods ending in `Async` do not wait; the others wait for the backend, and throw
/// [BackendUnavailableException] when it is away. What is attached to a stage may run on a thread of the backend and
/// must not wait.
public abstract class Jobs {
    private final App app;
    private final Clock clock;

    protected Jobs(App app, Clock clock) {
        this.app = app;
        this.clock = clock;
    }

    /// Merges the change into the job's state; makes the job if it is new.
    ///
    /// Fails with [JobEndedException], [StaleAttemptException], [UnknownJobException] if only an existing job was
    /// meant, [dev.fanfare.RefusedException], [BackendUnavailableException], or [InvalidValueException] for an
    /// attempt that cannot begin yet.
    public abstract CompletionStage<JobReceipt> updateAsync(String id, JobChange change);

    /// Returns the job's last update; empty for a job that is not known.
    public abstract CompletionStage<Optional<JobUpdate>> stateAsync(String id);

    /// Returns some of the app's jobs, by id.
    ///
    /// @param status lists only jobs with this status; null lists all
    /// @param after where the page before ended, from [JobPage#next()]; null for the first page
    /// @param limit the most jobs to return, 1 to 1000
    public abstract CompletionStage<JobPage> listAsync(@Nullable JobStatus status, @Nullable String after, int limit);

    /// Forgets the job, ended or not: those who watch it are told that it was dropped. Completes with whether it was
    /// known.
    public abstract CompletionStage<Boolean> dropAsync(String id);

    /// Announces that work on the job begins, or goes on, and returns what the worker reports with.
    ///
    /// @throws JobEndedException if the job has ended; [#retry(String)] begins its next attempt
    public Progress start(String id) {
        return start(id, 0);
    }

    /// Announces the same for work whose steps are counted.
    ///
    /// @param total how many steps the work has; 0 when that is not known
    public Progress start(String id, long total) {
        Progress.requireTotal(total);
        JobChange begins = JobChange.status(JobStatus.PROCESSING);
        JobUpdate begun = update(id, total > 0 ? begins.at(0) : begins).update();
        return new Progress(this, clock, begun, total);
    }

    /// Does the work as a job: complete when `work` returns, failed when it throws.
    ///
    /// The work can end the job itself, with results for example; it then keeps that end. It can see in
    /// [Progress#isEnded()] that somebody else has ended the job, to cancel it.
    ///
    /// @param total how many steps the work has; 0 when that is not known
    /// @return the job's last update
    /// @throws X what the work throws
    public <X extends Exception> JobUpdate run(String id, long total, Work<X> work) throws X {
        try (Progress progress = start(id, total)) {
            try {
                work.with(progress);
            } catch (Throwable failure) {
                progress.failBecause(failure);
                throw failure;
            }
            return progress.complete();
        }
    }

    /// Merges the change into the job's state, as [#updateAsync(String, JobChange)].
    public JobReceipt update(String id, JobChange change) {
        return Waiting.forChange(updateAsync(id, change), () -> "updating job " + Quote.of(id));
    }

    /// Does the same if the job is known and has not ended; returns whether it was so.
    public boolean send(String id, JobChange change) {
        try {
            JobReceipt receipt = update(id, change.existingOnly());
            return !(receipt.duplicate() && receipt.update().isEnded());
        } catch (UnknownJobException | JobEndedException nobodyToTell) {
            return false;
        }
    }

    public JobReceipt complete(String id) {
        return update(id, JobChange.status(JobStatus.COMPLETE));
    }

    /// Ends the job as complete, with what came of it.
    ///
    /// @param results a JSON value
    public JobReceipt complete(String id, String results) {
        return update(id, JobChange.status(JobStatus.COMPLETE).results(results));
    }

    public JobReceipt fail(String id, String error) {
        return update(id, JobChange.status(JobStatus.FAILED).error(error));
    }

    public JobReceipt cancel(String id) {
        return update(id, JobChange.status(JobStatus.CANCELLED));
    }

    /// Begins the next attempt of a job that has ended: processing, at 0.
    ///
    /// @throws UnknownJobException if there is no such job
    /// @throws InvalidValueException if it has not ended
    public JobReceipt retry(String id) {
        JobUpdate last = state(id).orElseThrow(() -> new UnknownJobException(id));
        return update(id, JobChange.none().attempt(last.attempt() + 1).existingOnly());
    }

    public Optional<JobUpdate> state(String id) {
        return Waiting.forResult(stateAsync(id), () -> "reading job " + Quote.of(id));
    }

    public JobPage list(@Nullable JobStatus status, @Nullable String after, int limit) {
        return Waiting.forResult(listAsync(status, after, limit), () -> "listing jobs");
    }

    public boolean drop(String id) {
        return Waiting.forChange(dropAsync(id), () -> "dropping job " + Quote.of(id));
    }

    /// Watches a job: its last update first, then each as it comes. Ends by itself after the terminal one.
    ///
    /// {@snippet class="dev.fanfare.jobs.JobSnippetsTest" region="watcher" }
    ///
    /// A job that has not begun is waited for. Updates that a slow watcher has missed are no loss: the next one
    /// stands for them.
    public Subscription<JobUpdate> subscribe(String id) {
        return watch(TopicPattern.ofJobs(Names.requireJobId(id)));
    }

    /// Watches all jobs of the app: those that have not ended first, then each update of any. Does not end by itself.
    public Subscription<JobUpdate> subscribeAll() {
        return watch(TopicPattern.ofJobs("**"));
    }

    private Subscription<JobUpdate> watch(TopicPattern jobs) {
        return Subscription.open(app, Selection.of(jobs, StartAt.snapshot()), Jobs::update);
    }

    private static @Nullable JobUpdate update(Delivery delivery) {
        return delivery instanceof Received received ? JobUpdate.of(received) : null;
    }

    /// What is done as a job.
    ///
    /// @param <X> what it may throw
    @FunctionalInterface
    public interface Work<X extends Exception> {
        void with(Progress progress) throws X;
    }
}
