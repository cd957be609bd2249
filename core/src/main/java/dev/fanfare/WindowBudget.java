package dev.fanfare;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Bounds the bytes that all windows of a node hold together. What they let go of is still in the backend.
///
/// Threads: safe; one thread at a time brings relief.
final class WindowBudget {
    private final long maxBytes;
    private final Collection<Window> windows;
    private final AtomicLong held = new AtomicLong();
    private final AtomicBoolean relieving = new AtomicBoolean();

    /// @param windows a live view of all windows
    WindowBudget(long maxBytes, Collection<Window> windows) {
        this.maxBytes = maxBytes;
        this.windows = windows;
    }

    /// Returns how much all windows hold, in bytes.
    long held() {
        return held.get();
    }

    /// Counts what a window has taken or let go of. Must not be called while holding a window's lock.
    void changed(long bytes) {
        if (bytes != 0 && held.addAndGet(bytes) > maxBytes && bytes > 0) {
            relieve();
        }
    }

    private void relieve() {
        if (!relieving.compareAndSet(false, true)) {
            return;
        }
        try {
            for (Window window : windows) {
                if (held.get() <= maxBytes) {
                    return;
                }
                window.halve();
            }
        } finally {
            relieving.set(false);
        }
    }
}
