package dev.fanfare.spi;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// The room that a backend has for appends that wait for its store: for 10,000 of them, and for 64 MiB of messages.
/// What
/// finds none is refused as [AppendResult.Overloaded], rather than held for as long as the store is slow.
///
/// Threads: safe.
public final class Room {
    private static final int MOST_APPENDS = 10_000;
    private static final long MOST_BYTES = 64L << 20;

    private final AtomicInteger appends = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    private Room() {}

    public static Room empty() {
        return new Room();
    }

    /// Takes room, or none if there is not enough. What finds nothing before it is taken, whatever its size.
    public boolean take(int moreAppends, long moreBytes) {
        int allAppends = appends.addAndGet(moreAppends);
        long allBytes = bytes.addAndGet(moreBytes);
        if ((allAppends > MOST_APPENDS || allBytes > MOST_BYTES) && allAppends > moreAppends) {
            give(moreAppends, moreBytes);
            return false;
        }
        return true;
    }

    /// Gives room back.
    public void give(int fewerAppends, long fewerBytes) {
        bytes.addAndGet(-fewerBytes);
        appends.addAndGet(-fewerAppends);
    }

    /// Tells whether nothing waits.
    public boolean isEmpty() {
        return appends.get() == 0;
    }
}
