package dev.fanfare.hub;

import dev.fanfare.Subscription;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import java.time.Duration;
import java.util.Optional;

/// Shows a job's progress until it ends, and exits with what has become of it.
final class JobWatchCommand implements Command {
    private static final Duration FRAME = Duration.ofMillis(100);

    @Override
    public void describe(Syntax syntax) {
        syntax.name("watch", "Shows a job's progress until it ends, and exits with what has become of it.")
                .argument("ID", "The job, as import-42. One that has not begun is waited for.")
                .settings(RemoteHub.SETTINGS)
                .footer("", "Exits with 0 when the job is complete, 1 failed, 2 cancelled, 4 dropped.");
    }

    @Override
    public Exit run(Call call) {
        JobView view = JobView.of(call);
        JobStatus last = JobStatus.PENDING;
        try (RemoteHub hub = RemoteHub.of(call);
                Subscription<JobUpdate> updates = hub.app().jobs().subscribe(JobCommands.id(call))) {
            while (!updates.isEnded()) {
                Optional<JobUpdate> update = updates.next(FRAME);
                update.ifPresent(view::show);
                last = update.map(JobUpdate::status).orElse(last);
                view.tick();
            }
        }
        view.flush();
        return exit(last);
    }

    private static Exit exit(JobStatus status) {
        return switch (status) {
            case COMPLETE -> Exit.OK;
            case FAILED -> Exit.JOB_FAILED;
            case CANCELLED -> Exit.JOB_CANCELLED;
            case PENDING, PROCESSING -> Exit.JOB_DROPPED;
        };
    }
}
