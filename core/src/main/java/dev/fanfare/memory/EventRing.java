package dev.fanfare.memory;

import dev.fanfare.spi.StoredEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A topic's history: events of consecutive offsets, found by offset without a search.
///
/// Threads: guarded by the lock of its topic.
final class EventRing {
    private @Nullable StoredEvent[] slots = new StoredEvent[8];
    private int first;
    private int size;
    private long bytes;

    int size() {
        return size;
    }

    long bytes() {
        return bytes;
    }

    StoredEvent get(int index) {
        StoredEvent event = slots[(first + index) & (slots.length - 1)];
        if (index < 0 || index >= size || event == null) {
            throw new IndexOutOfBoundsException("index " + index + " of " + size + " events");
        }
        return event;
    }

    void add(StoredEvent event) {
        if (size == slots.length) {
            grow();
        }
        slots[(first + size++) & (slots.length - 1)] = event;
        bytes += event.message().length();
    }

    void removeFirst() {
        bytes -= get(0).message().length();
        slots[first] = null;
        first = (first + 1) & (slots.length - 1);
        size--;
    }

    void clear() {
        slots = new StoredEvent[8];
        first = 0;
        size = 0;
        bytes = 0;
    }

    /// Adds the events after `offset` to `target`, up to `maxBytes` but at least one; returns whether there are more.
    boolean copyAfter(long offset, int maxBytes, List<StoredEvent> target) {
        long taken = 0;
        for (int i = indexAfter(offset); i < size; i++) {
            StoredEvent event = get(i);
            taken += event.message().length();
            if (taken > maxBytes && !target.isEmpty()) {
                return true;
            }
            target.add(event);
        }
        return false;
    }

    private int indexAfter(long offset) {
        return size == 0 ? 0 : (int) Math.max(0, Math.min(size, offset + 1 - get(0).offset()));
    }

    private void grow() {
        @Nullable StoredEvent[] larger = new StoredEvent[slots.length * 2];
        for (int i = 0; i < size; i++) {
            larger[i] = get(i);
        }
        slots = larger;
        first = 0;
    }
}
