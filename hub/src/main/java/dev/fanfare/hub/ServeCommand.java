package dev.fanfare.hub;

import dev.fanfare.hub.config.Settings;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Runs the hub until it is told to stop.
final class ServeCommand implements Command {
    @Override
    public void describe(Syntax syntax) {
        syntax.name("serve", "Runs the hub until it is told to stop.")
                .option("--config", "FILE", "The configuration to read instead of fanfare.yaml.")
                .settings(List.of(Settings.HOST, Settings.PORT, Settings.STORE, Settings.LOG_LEVEL, Settings.OUTPUT))
                .unlistedSettings(Settings.allBut(
                        List.of(Settings.HOST, Settings.PORT, Settings.STORE, Settings.LOG_LEVEL, Settings.OUTPUT)))
                .footer(
                        "",
                        "Every setting that `fanfare config` lists can be given as a flag: --limits.body 2MiB",
                        "SIGINT and SIGTERM tell the readers, close all streams and exit with 0 within 10 seconds.");
    }

    @Override
    public Exit run(Call call) throws Exception {
        Logs.configure(call.shell(), call.configuration());
        try (LocalHub local = LocalHub.start(call.configuration())) {
            Stop.orderly(local::close, () -> {
                greet(call, local.hub().uri());
                awaitInterrupt();
            });
        }
        return Exit.OK;
    }

    private static void awaitInterrupt() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException told) {
            // To stop, by whoever runs this command in a thread of theirs.
        }
    }

    private static void greet(Call call, String uri) {
        String app = call.get(Settings.APP);
        if (call.isJson()) {
            call.out()
                    .println(JsonText.object(json -> json.put("url", uri)
                            .put(
                                    "store",
                                    call.configuration().value(Settings.STORE).text())
                            .put("version", Version.ofThisProgram())));
        } else {
            Style style = Style.of(call.shell());
            call.out().println(style.bold("Fanfare " + Version.ofThisProgram() + "  " + uri + "/"));
            call.out().println("  store    " + call.get(Settings.STORE).about());
            call.out().println("  watch    curl -N '" + uri + "/v1/" + app + "/events?topic=hello'");
            call.out().println("  publish  curl -d '{\"hello\":\"world\"}' " + uri + "/v1/" + app + "/topics/hello");
            call.out().println(style.dim("  stop     Ctrl-C"));
        }
        call.out().flush();
    }
}
