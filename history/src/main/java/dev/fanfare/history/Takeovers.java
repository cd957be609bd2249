package dev.fanfare.history;

import dev.fanfare.Durability;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// What the store may have lost when a copy of it took over: what was told between the moment in which all copies were
/// in step, and the takeover.
///
/// A reader that had been given such an event must be told that it is lost. One that had not need not be: to it, the
/// event was never there.
///
/// Threads: immutable.
final class Takeovers {
    private final Set<Entry> uncertain = Collections.newSetFromMap(new IdentityHashMap<>());

    Takeovers(List<Entry> entries) {
        boolean lost = false;
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            if (entry instanceof Entry.TookOver) {
                lost = true;
            } else if (entry instanceof Entry.InStep) {
                lost = false;
            } else if (lost && !isOnAllCopies(entry)) {
                uncertain.add(entry);
            }
        }
    }

    private static boolean isOnAllCopies(Entry entry) {
        return entry instanceof Entry.Acked acked && acked.durability() == Durability.REPLICATED;
    }

    /// Tells whether what the entry speaks of may be in the store no more.
    boolean mayBeLost(Entry entry) {
        return uncertain.contains(entry);
    }
}
