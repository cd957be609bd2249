package dev.fanfare.redis;

import dev.fanfare.spi.Clock;
import dev.fanfare.spi.Waiting;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A connection that is made anew whenever it is lost, after ten milliseconds and then with pauses that grow to half a
/// second.
///
/// Threads: safe. The owner is told by one thread at a time, and never while a lock is held.
final class Link<C extends StatefulConnection<?, ?>> {
    private static final String LOST = "the connection was lost";
    private static final long SHORTEST_PAUSE = 10;
    private static final long LONGEST_PAUSE = 500;

    private final Supplier<? extends CompletionStage<C>> connector;
    private final Owner<C> owner;
    private final Clock clock;
    private final CompletableFuture<Void> everConnected = new CompletableFuture<>();
    private volatile @Nullable C connection;
    private volatile String trouble = "not connected yet";
    private volatile long troubledAt = System.nanoTime();
    private volatile long answeredAt = troubledAt;
    private volatile boolean closed;
    private long pause = SHORTEST_PAUSE; // in milliseconds; its that connects

    /// Whose connection it is.
    interface Owner<C> {
        /// Makes a new connection ready; it counts as connected when the stage completes.
        CompletionStage<?> prepare(C connection);

        void connected(C connection);

        /// The connection is gone: what was asked over it and has not been answered never will be.
        void lost(String reason);
    }

    Link(Supplier<? extends CompletionStage<C>> connector, Owner<C> owner, Clock clock) {
        this.connector = connector;
        this.owner = owner;
        this.clock = clock;
    }

    /// Begins to connect, and never stops trying until it is closed.
    ///
    /// @return completes with the first connection
    CompletionStage<Void> open() {
        connectUnlessClosed();
        return everConnected;
    }

    private void connect() {
        connector.get().thenCompose(this::prepared).whenComplete((made, failure) -> {
            if (failure == null) {
                settle(made);
            } else {
                again(reason(failure));
            }
        });
    }

    private CompletionStage<C> prepared(C made) {
        CompletableFuture<C> ready = new CompletableFuture<>();
        owner.prepare(made)
                .toCompletableFuture()
                .copy()
                .orTimeout(Connections.CONNECT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        ready.complete(made);
                    } else {
                        made.closeAsync();
                        ready.completeExceptionally(failure);
                    }
                });
        return ready;
    }

    private void settle(C made) {
        pause = SHORTEST_PAUSE;
        answeredAt = System.nanoTime();
        connection = made;
        trouble = "";
        made.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
                drop(made, LOST);
            }
        });
        if (closed) {
            close();
        } else if (!made.isOpen()) {
            drop(made, LOST);
        } else {
            owner.connected(made);
            everConnected.complete(null);
        }
    }

    private void again(String reason) {
        trouble = reason;
        if (!closed) {
            clock.schedule(Duration.ofMillis(pause), this::connectUnlessClosed);
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        }
    }

    private void connectUnlessClosed() {
        if (!closed) {
            connect();
        }
    }

    static String reason(Throwable failure) {
        Throwable cause = Waiting.cause(failure);
        while (cause.getCause() != null && cause.getCause().getMessage() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    /// Returns the connection, if there is one.
    @Nullable
    C connection() {
        return connection;
    }

    /// Tells why there is no connection; empty if there is one.
    String trouble() {
        return trouble;
    }

    /// Tells whether there has been no connection for that long.
    boolean isDownFor(Duration time) {
        return !trouble.isEmpty() && System.nanoTime() - troubledAt > time.toNanos();
    }

    /// Learns that something asked over it has been answered.
    void hasAnswered() {
        answeredAt = System.nanoTime();
    }

    /// Tells whether nothing has been answered for that long.
    boolean isSilentFor(Duration time) {
        return System.nanoTime() - answeredAt > time.toNanos();
    }

    /// Gives `which` up, if it is the present connection, and makes another.
    void drop(@Nullable C which, String reason) {
        if (which != null && take(which, reason)) {
            which.closeAsync();
            owner.lost(reason);
            again(reason);
        }
    }

    /// Tells whether it was the present connection; it is that no more, and whoever took it closes it.
    private synchronized boolean take(C which, String reason) {
        if (!which.equals(connection)) {
            return false;
        }
        connection = null;
        trouble = reason;
        troubledAt = System.nanoTime();
        return true;
    }

    CompletableFuture<Void> close() {
        closed = true;
        C present = connection;
        return present != null && take(present, "closed")
                ? present.closeAsync()
                : CompletableFuture.completedFuture(null);
    }
}
