package dev.fanfare.hub.demo;

import dev.fanfare.App;
import dev.fanfare.Event;
import dev.fanfare.hub.demo.Chore.Findings;
import dev.fanfare.hub.demo.Folder.Item;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.jobs.Jobs;
import dev.fanfare.jobs.Progress;
import dev.fanfare.wire.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/// The demo's worker: does rounds of jobs on a folder and reports them to an app, wherever its hub is.
///
/// A job keeps its id in every round: each round is its next attempt.
///
/// Threads: confined to the one that calls, which waits for the workers of a pool.
public final class Rounds implements AutoCloseable {
    private static final int WORKERS = 4;
    /// So much of a larger folder is a round; the next one goes on from there.
    private static final long MOST_BYTES = 512L << 20;
    private static final long LARGE_FILE = 8L << 20;

    private final App app;
    private final Jobs jobs;
    private final List<Folder> slices;
    private final Duration length;
    private final Path scratch;
    private final ExecutorService pool = Executors.newFixedThreadPool(WORKERS);
    private int number;

    /// @param length how long a round takes if the machine is fast enough; zero for full speed
    public Rounds(App app, Folder folder, Duration length) throws IOException {
        this.app = app;
        this.jobs = app.jobs();
        this.slices = folder.slices(MOST_BYTES);
        this.length = length;
        this.scratch = Files.createTempDirectory("fanfare-demo");
    }

    /// Works one round; returns when all its jobs have ended.
    public void next() throws IOException, InterruptedException {
        Folder folder = slices.get(number++ % slices.size());
        List<Task> tasks = Task.plan(folder, scratch, this::announceLarge);
        tasks.forEach(this::announce);
        say(
                "begun",
                "\"jobs\":" + tasks.size() + ",\"files\":" + folder.files().size() + ",\"bytes\":" + folder.bytes());
        long begun = System.nanoTime();
        Pace pace = pace(tasks);
        List<Callable<Void>> work = new ArrayList<>();
        tasks.forEach(task -> work.add(() -> perform(folder.root(), task, pace)));
        finish(pool.invokeAll(work));
        say("done", String.format(Locale.ROOT, "\"seconds\":%.1f", (System.nanoTime() - begun) / 1e9));
    }

    private Pace pace(List<Task> tasks) {
        long bytes = tasks.stream().mapToLong(Task::bytesToRead).sum();
        return length.isZero() ? Pace.FULL_SPEED : new Pace(1e9 * bytes / length.toNanos(), System::nanoTime);
    }

    /// Lets the job be seen before a worker has time for it.
    private void announce(Task task) {
        JobChange waiting = JobChange.status(JobStatus.PENDING)
                .message(Human.bytes(task.part().bytes()));
        Optional<JobUpdate> last = jobs.state(task.id()).filter(JobUpdate::isEnded);
        jobs.update(
                task.id(),
                last.map(update -> waiting.attempt(update.attempt() + 1)).orElse(waiting));
    }

    private Void perform(Path root, Task task, Pace pace) {
        try {
            jobs.run(task.id(), task.part().bytes(), progress -> work(root, task, pace, progress));
        } catch (IOException reported) {
            // It is the job's error now, or somebody else has ended the job.
        }
        return null;
    }

    private void work(Path root, Task task, Pace pace, Progress progress) throws IOException {
        long begun = System.nanoTime();
        Meter meter =
                new Meter(progress, pace, task.part().bytes(), task.isUnwanted() ? cancelling(task) : bytes -> {});
        Findings findings = task.chore().work(root, task.part(), meter);
        double seconds = (System.nanoTime() - begun) / 1e9;
        double rate = meter.bytes() / Math.max(seconds, 1e-3);
        int files = task.part().files().size();
        progress.message(String.join(
                ", ",
                Human.count(files, "file"),
                Human.seconds(seconds),
                Human.bytes(rate) + "/s",
                findings.message()));
        progress.complete(String.format(
                Locale.ROOT,
                "{\"files\":%d,\"bytes\":%d,\"seconds\":%.3f,\"mb_per_s\":%.1f,%s}",
                files,
                meter.bytes(),
                seconds,
                rate / 1e6,
                findings.json()));
    }

    /// Does what a person would who is not interested any more: cancels the job by its id, from outside.
    private LongConsumer cancelling(Task task) {
        JobChange cancel = JobChange.status(JobStatus.CANCELLED).message("not needed any more");
        return bytes -> {
            if (bytes >= task.bytesToRead()) {
                jobs.send(task.id(), cancel);
            }
        };
    }

    private void announceLarge(Item file, String hash) {
        if (file.bytes() >= LARGE_FILE) {
            String path = Json.string(file.path().toString()).utf8();
            app.topic("files/large")
                    .publish(Event.json("{\"path\":" + path + ",\"bytes\":" + file.bytes() + ",\"sha256\":\"" + hash
                                    + "\"}")
                            .named("hashed"));
        }
    }

    private void say(String what, String fields) {
        app.topic("demo/rounds")
                .publish(Event.json("{\"round\":" + number + "," + fields + "}").named(what));
    }

    private static void finish(List<Future<Void>> performed) throws InterruptedException {
        for (Future<Void> task : performed) {
            try {
                task.get();
            } catch (ExecutionException failed) {
                throw failed.getCause() instanceof RuntimeException known ? known : new IllegalStateException(failed);
            }
        }
    }

    /// Stops the workers, and deletes what they have written.
    @Override
    public void close() throws IOException {
        pool.shutdownNow();
        try {
            pool.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(scratch)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
        Files.delete(scratch);
    }
}
