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
    final boolean sharded;
    private final Consumer<byte[]> news;
    final List<CompletableFuture<Void>> waiting = new ArrayList<>();
    State state = State.SILENT;
    private volatile boolean wanted;
    private volatile boolean heard;

    enum State {
        SILENT,
        /// It is to be subscribed to, or the confirmation is on its way.
        ASKED,
        HEARD,
        /// It is to be left, or the confirmation is on its way.
        LEFT
    }

    /// @param channel as a text of one character a byte
    /// @param sharded whether it is only heard where its partition is
    Interest(String channel, int partition, boolean sharded, Consumer<byte[]> news) {
        this.channel = channel;
        this.partition = partition;
        this.sharded = sharded;
        this.news = news;
    }

    boolean isWanted() {
        return wanted;
    }

    void want(boolean newWanted) {
        wanted = newWanted;
    }

    /// Tells whether it has been heard before, here or on another server.
    boolean wasHeard() {
        return heard;
    }

    void confirm() {
        state = State.HEARD;
        heard = true;
    }

    void hear(byte[] message) {
        news.accept(message);
    }

    /// Tells whether one command may name both.
    boolean goesWith(Interest other) {
        return sharded == other.sharded && (!sharded || partition == other.partition);
    }
}
