package dev.fanfare.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// All connections of an event loop, each in the slot of the second in which it wants to be looked at.
///
/// So thousands of idle connections need no timer of their own: one tick a second looks at one slot.
///
/// Threads: confined to the event loop.
final class Wheel {
    static final long TICK_NANOS = 1_000_000_000L;
    private static final int SLOTS = 64;

    /// Returns the earlier of two times; a count of nanoseconds may overflow between them.
    static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    /// The place of one connection on the wheel.
    static final class Entry {
        private final @Nullable Connection owner; // null for the head of a slot
        private Entry before = this;
        private Entry after = this;

        private Entry(@Nullable Connection owner) {
            this.owner = owner;
        }

        private void unlink() {
            before.after = after;
            after.before = before;
            before = this;
            after = this;
        }

        private void linkBefore(Entry next) {
            before = next.before;
            after = next;
            before.after = this;
            next.before = this;
        }
    }

    private final List<Entry> slots = new ArrayList<>(SLOTS);
    private long tick;
    private long tickTime;

    Wheel(long now) {
        tickTime = now;
        for (int i = 0; i < SLOTS; i++) {
            slots.add(new Entry(null));
        }
    }

    /// Returns the time of the last tick: exact enough for timeouts, and free.
    long now() {
        return tickTime;
    }

    Entry add(Connection owner, long due) {
        Entry entry = new Entry(owner);
        entry.linkBefore(slotOf(due));
        return entry;
    }

    /// Looks at the entry no later than at `due`.
    void move(Entry entry, long due) {
        entry.unlink();
        entry.linkBefore(slotOf(due));
    }

    void remove(Entry entry) {
        entry.unlink();
    }

    /// Looks at all that has become due since the last call, once each, however long ago that was.
    void turn(long now) {
        long ticks = Math.min((now - tickTime) / TICK_NANOS, SLOTS);
        if (ticks < 1) {
            return;
        }
        List<Entry> due = new ArrayList<>();
        for (int i = 0; i < ticks; i++) {
            tick++;
            collect(slots.get((int) (tick % SLOTS)), due);
        }
        tickTime = now;
        for (Entry entry : due) {
            Connection owner = entry.owner;
            if (owner != null && entry.before != entry) { // else it was removed meanwhile
                long again = owner.check(now);
                if (entry.before != entry) {
                    move(entry, again);
                }
            }
        }
    }

    void forEach(Consumer<Connection> action) {
        List<Entry> all = new ArrayList<>();
        slots.forEach(slot -> collect(slot, all));
        for (Entry entry : all) {
            Connection owner = entry.owner;
            if (owner != null && entry.before != entry) {
                action.accept(owner);
            }
        }
    }

    private static void collect(Entry slot, List<Entry> into) {
        for (Entry entry = slot.after; entry != slot; entry = entry.after) {
            into.add(entry);
        }
    }

    private Entry slotOf(long due) {
        long ticks = (due - tickTime + TICK_NANOS - 1) / TICK_NANOS;
        return slots.get((int) ((tick + Math.max(1, Math.min(ticks, SLOTS - 4))) % SLOTS));
    }
}
