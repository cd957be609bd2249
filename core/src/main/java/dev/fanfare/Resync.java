package dev.fanfare;

import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Asks the backend where windows stand, many in one read and few reads at a time: a store that has just come back
/// is not buried under questions, however many topics are read here.
///
/// Threads: safe; all fields are guarded by `this`, and the backend is called without the lock.
final class Resync {
    private static final int MOST_UNDER_WAY = 2;
    private static final int WINDOWS_AT_ONCE = 256;
    /// How much is read for each. A window that lacks more goes on by itself.
    private static final int BYTES = 4 * 1024;

    private final EngineBroadcaster engine;
    private final Set<Window> waiting = new LinkedHashSet<>();
    private int underWay;

    Resync(EngineBroadcaster engine) {
        this.engine = engine;
    }

    void of(Collection<Window> windows) {
        synchronized (this) {
            waiting.addAll(windows);
        }
        goOn();
    }

    private void goOn() {
        for (List<Window> next = begin(); !next.isEmpty(); next = begin()) {
            ask(next);
        }
    }

    private synchronized List<Window> begin() {
        List<Window> taken = new ArrayList<>();
        Iterator<Window> all = waiting.iterator();
        while (underWay < MOST_UNDER_WAY && taken.size() < WINDOWS_AT_ONCE && all.hasNext()) {
            Window window = all.next();
            all.remove();
            if (window.beginFilling()) {
                taken.add(window);
            }
        }
        underWay += taken.isEmpty() ? 0 : 1;
        return taken;
    }

    private synchronized void end() {
        underWay--;
    }

    private void ask(List<Window> windows) {
        List<Read> reads = windows.stream().map(window -> window.next(BYTES)).toList();
        engine.backend().read(reads).whenComplete((views, failure) -> {
            if (failure == null) {
                settle(windows, reads, views);
                end();
                goOn();
            } else {
                windows.forEach(Window::notFilled); // one of them may be why: the others hear their news
                engine.retryLater(() -> {
                    end();
                    of(windows);
                });
            }
        });
    }

    private static void settle(List<Window> windows, List<Read> reads, List<TopicView> views) {
        for (int i = 0; i < windows.size(); i++) {
            windows.get(i).filled(views.get(i), reads.get(i).after());
        }
    }
}
