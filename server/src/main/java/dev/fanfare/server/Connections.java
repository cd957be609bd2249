package dev.fanfare.server;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Counts who is connected, and says when that is enough.
///
/// Threads: safe; guarded by `this`.
final class Connections {
    private final Limits limits;
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private final CompletableFuture<Void> none = new CompletableFuture<>();
    private int open;
    private boolean last;

    Connections(Limits limits) {
        this.limits = limits;
    }

    /// Counts a connection; one that is refused counts too, until it is closed.
    ///
    /// @return whether it may stay
    synchronized boolean admit(InetAddress from) {
        open++;
        boolean crowded =
                !from.isLoopbackAddress() && byAddress.merge(from, 1, Integer::sum) > limits.connectionsPerAddress();
        return open <= limits.connections() && !crowded;
    }

    void release(InetAddress from) {
        boolean empty;
        synchronized (this) {
            open--;
            byAddress.computeIfPresent(from, (address, count) -> count == 1 ? null : count - 1);
            empty = last && open == 0;
        }
        if (empty) {
            none.complete(null);
        }
    }

    synchronized int open() {
        return open;
    }

    /// Completes when the last connection has been closed.
    CompletableFuture<Void> none() {
        boolean empty;
        synchronized (this) {
            last = true;
            empty = open == 0;
        }
        if (empty) {
            none.complete(null);
        }
        return none;
    }
}
