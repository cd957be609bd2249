package dev.fanfare.hub;

/// Turns SIGINT and SIGTERM into an orderly end with exit code 0.
///
/// Without it the JVM would stop at once, with 130 or 143.
final class Stop {
    /// What is done until it is over, or a signal comes.
    interface Body {
        void run() throws Exception;
    }

    private Stop() {}

    /// Runs the body. If a signal comes meanwhile, runs `ending` on a thread of its own, and then ends the process.
    static void orderly(Runnable ending, Body body) throws Exception {
        Runnable end = () -> {
            ending.run();
            Runtime.getRuntime().halt(Exit.OK.code());
        };
        Thread hook = new Thread(end, "fanfare-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            body.run();
        } finally {
            forget(hook);
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            // A signal has come: the hook is running, and ends the process.
        }
    }
}
