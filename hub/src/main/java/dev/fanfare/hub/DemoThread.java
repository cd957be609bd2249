package dev.fanfare.hub;

import dev.fanfare.App;
import dev.fanfare.hub.demo.Folder;
import dev.fanfare.hub.demo.Rounds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// The demo's worker in this process.
///
/// Threads: safe.
final class DemoThread implements DemoWork {
    private static final Duration ROUND = Duration.ofSeconds(25);
    private static final long TIDY_UP_MILLIS = 8_000;

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Thread thread;

    private DemoThread(Work work) {
        thread = new Thread(() -> run(work), "fanfare-demo");
        thread.setDaemon(true);
    }

    /// Begins to work on the folder, as the call's flags say.
    static DemoThread start(Call call, App app, Path root) {
        Duration length = call.has("--full-speed") ? Duration.ZERO : ROUND;
        DemoThread demo = new DemoThread(() -> {
            try (Rounds rounds = new Rounds(app, read(root), length)) {
                do {
                    rounds.next();
                } while (!call.has("--once"));
            }
        });
        demo.thread.start();
        return demo;
    }

    private static Folder read(Path root) {
        Folder folder = Folder.read(root);
        if (folder.bytes() == 0) {
            throw new CommandFault(Exit.NO_INPUT, "there is nothing to read in " + root);
        }
        return folder;
    }

    private void run(Work work) {
        try {
            work.run();
            done.complete(null);
        } catch (InterruptedException stopped) {
            done.complete(null);
        } catch (Exception failed) {
            done.completeExceptionally(failed);
        }
    }

    @Override
    public boolean isOver() {
        return done.isDone();
    }

    @Override
    public void result() throws Exception {
        try {
            done.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TIDY_UP_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Work {
        void run() throws Exception;
    }
}
