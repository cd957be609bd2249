package dev.fanfare;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/// A piece of work that runs on an executor whenever it is asked for, one run at a time.
///
/// Threads: safe; whoever raises `asked` from zero hands the work to the executor, which runs it until nobody has asked
/// since.
final class SerialTask {
    private final Executor executor;
    private final Runnable work;
    private final AtomicInteger asked = new AtomicInteger();

    SerialTask(Executor executor, Runnable work) {
        this.executor = executor;
        this.work = work;
    }

    /// Has the work run once more, after what it may be doing now.
    void ask() {
        if (asked.getAndIncrement() == 0) {
            executor.execute(this::run);
        }
    }

    private void run() {
        int seen;
        do {
            seen = asked.get();
            work.run();
        } while (asked.addAndGet(-seen) > 0);
    }
}
