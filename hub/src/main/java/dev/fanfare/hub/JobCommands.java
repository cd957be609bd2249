package dev.fanfare.hub;

import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.Jobs;
import dev.fanfare.spi.Quote;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The commands with which a script reports a job's progress.
final class JobCommands {
    private static final Pattern PARTS = Pattern.compile("(\\d{1,15})/(\\d{1,15})");
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,6})?)\\s*%");

    private JobCommands() {}

    /// Puts them into the table of commands.
    static void addTo(Map<String, Supplier<Command>> table) {
        table.put(
                "job start",
                () -> change(
                        "start",
                        "Says that work on the job begins.",
                        syntax -> {},
                        call -> JobChange.status(JobStatus.PROCESSING)));
        table.put(
                "job step",
                () -> change(
                        "step",
                        "Says how far the job is.",
                        syntax -> syntax.argument("PROGRESS", "0.4, 40% or 2/5."),
                        call -> JobChange.progress(progress(call.required(1)))));
        table.put(
                "job done",
                () -> change(
                        "done",
                        "Ends the job as complete.",
                        syntax -> syntax.option("--results", "JSON", "What came of it."),
                        call -> call.option("--results")
                                .map(JobChange.status(JobStatus.COMPLETE)::results)
                                .orElse(JobChange.status(JobStatus.COMPLETE))));
        table.put(
                "job fail",
                () -> change(
                        "fail",
                        "Ends the job as failed.",
                        syntax -> syntax.optionalArgument("ERROR", "Why."),
                        call -> call.argument(1)
                                .map(JobChange.status(JobStatus.FAILED)::error)
                                .orElse(JobChange.status(JobStatus.FAILED))));
        table.put(
                "job cancel",
                () -> change(
                        "cancel",
                        "Ends the job as cancelled.",
                        syntax -> {},
                        call -> JobChange.status(JobStatus.CANCELLED)));
        table.put(
                "job retry",
                () -> new JobCommand(
                        "retry",
                        "Begins the next attempt of a job that has ended.",
                        syntax -> {},
                        (jobs, call) -> jobs.retry(id(call))));
        table.put("job watch", JobWatchCommand::new);
    }

    private static Command change(
            String name, String description, Consumer<Syntax> more, Function<Call, JobChange> change) {
        return new JobCommand(
                name,
                description,
                more.andThen(syntax -> syntax.option("--message", "TEXT", "What the job is at.")),
                (jobs, call) -> {
                    JobChange said = change.apply(call);
                    return jobs.update(
                            id(call),
                            call.option("--message").map(said::message).orElse(said));
                });
    }

    static String id(Call call) {
        return call.required(0);
    }

    /// Reads `0.4`, `40%` or `2/5`.
    static double progress(String text) {
        Matcher parts = PARTS.matcher(text);
        if (parts.matches() && Long.parseLong(parts.group(2)) > 0) {
            return (double) Long.parseLong(parts.group(1)) / Long.parseLong(parts.group(2));
        }
        Matcher percent = PERCENT.matcher(text);
        try {
            return percent.matches() ? Double.parseDouble(percent.group(1)) / 100 : Double.parseDouble(text);
        } catch (NumberFormatException noNumber) {
            throw new CommandFault(Exit.USAGE, "progress is " + Quote.of(text) + ", it must be as 0.4, 40% or 2/5");
        }
    }

    /// What a command does to a job.
    @FunctionalInterface
    private interface Change {
        JobReceipt make(Jobs jobs, Call call);
    }

    private record JobCommand(String name, String description, Consumer<Syntax> more, Change change)
            implements Command {
        @Override
        public void describe(Syntax syntax) {
            syntax.name(name, description).argument("ID", "The job, as import-42.");
            more.accept(syntax);
            syntax.settings(RemoteHub.SETTINGS);
        }

        @Override
        public Exit run(Call call) {
            try (RemoteHub hub = RemoteHub.of(call)) {
                JobReceipt receipt = change.make(hub.app().jobs(), call);
                call.out().println(call.isJson() ? receipt.update().json().utf8() : PlainJobs.line(receipt.update()));
            }
            return Exit.OK;
        }
    }
}
