package dev.fanfare.hub;

import dev.fanfare.App;
import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.TopicPattern;
import dev.fanfare.hub.config.Settings;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.spi.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Starts a hub, does real work on a real folder, and shows it as it goes: on the hub's page and in the terminal.
final class DemoCommand implements Command {
    private static final Duration FRAME = Duration.ofMillis(100);

    @Override
    public void describe(Syntax syntax) {
        syntax.name("demo", "Starts a hub, works on a folder's files, and shows it in the browser and here.")
                .optionalArgument("FOLDER", "What to hash, count and compress. Default: the files of the JDK.")
                .flag("--once", "Ends after one round.")
                .flag("--remote", "Works in a second process, which reports to the hub over HTTP.")
                .flag("--full-speed", "Works as fast as the machine can, not at a pace to look at.")
                .settings(List.of(Settings.PORT, Settings.APP, Settings.OUTPUT))
                .unlistedSettings(Settings.allBut(List.of(Settings.PORT, Settings.APP, Settings.OUTPUT)))
                .footer(
                        "",
                        "One job fails on an archive that is broken, and one is cancelled. Files are only read;",
                        "copies are written to the temporary folder and deleted. Stop with Ctrl-C.");
    }

    @Override
    public Exit run(Call call) throws Exception {
        Logs.configure(call.shell(), call.configuration());
        Path root = folder(call);
        try (LocalHub local = LocalHub.start(call.configuration())) {
            greet(call, local.hub().uri(), root);
            App app = local.broadcaster().app(call.get(Settings.APP));
            try (DemoWork work = work(call, local, app, root)) {
                Stop.orderly(() -> end(work, local), () -> show(call, app, work));
                work.result();
            }
        }
        return Exit.OK;
    }

    private static DemoWork work(Call call, LocalHub local, App app, Path root) throws IOException {
        return call.has("--remote")
                ? DemoProcess.start(call, local.hub().uri(), root)
                : DemoThread.start(call, app, root);
    }

    private static void end(DemoWork work, LocalHub local) {
        work.close();
        local.close();
    }

    /// Returns the folder to work on.
    static Path folder(Call call) {
        Path folder =
                call.argument(0).map(call.shell().folder()::resolve).orElse(Path.of(System.getProperty("java.home")));
        if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
            throw new CommandFault(Exit.NO_INPUT, folder + " is not a folder that can be read");
        }
        return folder;
    }

    private static void greet(Call call, String uri, Path folder) {
        if (call.isJson()) {
            call.out().println(JsonText.object(json -> json.put("url", uri).put("folder", folder.toString())));
        } else {
            Style style = Style.of(call.shell());
            call.out().println(style.bold("Open " + uri + "/") + " to watch; Ctrl-C stops.");
            call.out()
                    .println(
                            style.dim("Working on " + Printable.of(folder.toString()) + ", nothing in it is changed."));
        }
        call.out().flush();
    }

    /// Shows what arrives until the work is over and all of it has arrived.
    private static void show(Call call, App app, DemoWork work) {
        JobView view = JobView.of(call);
        DeliveryText text = new DeliveryText(Style.PLAIN);
        Selection selection = Selection.of(TopicPattern.ofJobs("**"), StartAt.snapshot())
                .and(TopicPattern.of("demo/rounds"), StartAt.earliest());
        try (Subscription<Delivery> deliveries = app.subscribe(selection)) {
            boolean over = false;
            while (!deliveries.isEnded()) {
                boolean wasOver = over;
                over = work.isOver();
                Optional<Delivery> delivery = deliveries.next(FRAME);
                delivery.filter(Received.class::isInstance)
                        .map(Received.class::cast)
                        .ifPresent(received -> show(view, text, received));
                if (delivery.isEmpty() && wasOver) {
                    break;
                }
                view.tick();
            }
        }
        view.flush();
    }

    private static void show(JobView view, DeliveryText text, Received received) {
        if (TopicName.isJob(received.topic())) {
            view.show(JobUpdate.of(received));
        } else {
            view.note(text.of(received));
        }
    }
}
