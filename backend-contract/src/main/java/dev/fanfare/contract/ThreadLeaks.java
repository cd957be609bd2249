package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a test that leaves a thread behind.
///
/// A thread that is about to end is given a moment for it.
public final class ThreadLeaks implements BeforeEachCallback, AfterEachCallback {
    /// Threads that live as long as the process by design: of the JDK, of JUnit, of drivers that clean up behind them,
    /// and the one of the system's clock.
    /// Netty's own ends by itself after a second.
    /// Before Java 21 an HTTP client cannot be closed: its thread goes once the collector has found the client.
    private static final Pattern LASTING = Pattern.compile(
            "ForkJoinPool\\.commonPool.*|ForkJoinPool-\\d+-delayScheduler|CompletableFutureDelayScheduler|process reaper.*"
                    + "|Common-Cleaner|Cleaner-\\d+|Attach Listener|junit-.*|surefire-.*|fanfare-clock|globalEventExecutor-.*"
                    + (Runtime.version().feature() < 21 ? "|HttpClient-\\d+-SelectorManager" : ""));
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(ThreadLeaks.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(OURS)
                .put(context.getUniqueId(), Thread.getAllStackTraces().keySet());
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        Set<?> before = Objects.requireNonNull(context.getStore(OURS).remove(context.getUniqueId(), Set.class));
        List<Thread> leaked = new ArrayList<>();
        long end = System.nanoTime() + GRACE.toNanos();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (before.contains(thread) || LASTING.matcher(thread.getName()).matches()) {
                continue;
            }
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            if (thread.isAlive()) {
                leaked.add(thread);
            }
        }
        assertThat(leaked).as("threads that the test left behind").isEmpty();
    }
}
