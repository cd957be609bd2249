package dev.fanfare.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// A channel that somebody here wants to hear, and how far the server has come with it.
///
/// Threads: `isWanted` and `hear` may be used by any; the rest is guarded by the live path that it is on.
final class Interest {
    final String channel;
    final int partition;
    private final Consumer<byte[]> news;
    final List<CompletableFuture<Void>> waiting = new ArrayList<>();
    State state = State.SILENT;
    private volatile boolean wanted;

    enum State {
        SILENT,
        /// It is to be subscribed to, or the confirmation is on its way.
        ASKED,
        HEARD,
        /// It is to be left, or the confirmation is on its way.
        LEFT
    }

    /// @param channel as a text of one character a byte
    Interest(String channel, int partition, Consumer<byte[]> news) {
        this.channel = channel;
        this.partition = partition;
        this.news = news;
    }

    boolean isWanted() {
        return wanted;
    }

    void want(boolean newWanted) {
        wanted = newWanted;
    }

    void hear(byte[] message) {
        news.accept(message);
    }
}
