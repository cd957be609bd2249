package dev.fanfare;

/// Runs what users have given to be told by. What it throws is its own problem: whoever tells has others to tell.
final class Foreign {
    private static final System.Logger LOG = System.getLogger(Foreign.class.getName());

    private Foreign() {}

    static void run(Runnable code, String what) {
        try {
            code.run();
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.WARNING, () -> what + " failed", failure);
        }
    }
}
