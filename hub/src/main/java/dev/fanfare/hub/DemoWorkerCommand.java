package dev.fanfare.hub;

import dev.fanfare.hub.config.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/// What `demo --remote` starts: works on a folder and reports to a hub elsewhere, until its input ends.
final class DemoWorkerCommand implements Command {
    @Override
    public void describe(Syntax syntax) {
        syntax.name(DemoProcess.WORKER, "Works for `demo --remote`.")
                .hidden()
                .argument("FOLDER", "What to hash, count and compress.")
                .flag("--once", "Ends after one round.")
                .flag("--full-speed", "Works as fast as the machine can.")
                .settings(List.of(Settings.URL, Settings.APP));
    }

    @Override
    public Exit run(Call call) throws Exception {
        try (RemoteHub hub = RemoteHub.of(call);
                DemoThread work = DemoThread.start(call, hub.app(), DemoCommand.folder(call))) {
            Thread parent = new Thread(() -> waitForEnd(call, work), "fanfare-parent");
            parent.setDaemon(true);
            parent.start();
            Stop.orderly(work::close, work::result);
        }
        return Exit.OK;
    }

    private static void waitForEnd(Call call, DemoThread work) {
        try {
            call.shell().in().transferTo(OutputStream.nullOutputStream());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } finally {
            work.close();
        }
    }
}
