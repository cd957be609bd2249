package dev.fanfare.hub;

import dev.fanfare.hub.config.Settings;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The demo's worker in a second process, which knows the hub by its address alone.
///
/// The worker ends with the pipe that is its input, so that it never outlives this process.
///
/// Threads: safe.
final class DemoProcess implements DemoWork {
    /// The command that the second process is started with.
    static final String WORKER = "demo-worker";

    private final Process process;

    private DemoProcess(Process process) {
        this.process = process;
    }

    /// Begins to work on the folder, as the call's flags say.
    static DemoProcess start(Call call, String uri, Path root) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                WORKER,
                root.toString(),
                "--url",
                uri,
                "--app",
                call.get(Settings.APP)));
        List.of("--once", "--full-speed").stream().filter(call::has).forEach(command::add);
        return new DemoProcess(new ProcessBuilder(command)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.INHERIT)
                .start());
    }

    @Override
    public boolean isOver() {
        return !process.isAlive();
    }

    @Override
    public void result() throws InterruptedException {
        int code = process.waitFor();
        if (code != 0) {
            throw new CommandFault(Exit.UNAVAILABLE, "the worker's process ended with exit code " + code);
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException gone) {
            process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
