package dev.fanfare.history;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// One WebSocket: whole messages, and its end, whatever the reason, told once.
///
/// Threads: safe. Messages come one at a time.
final class Socket implements WebSocket.Listener {
    private final BiConsumer<Socket, String> heard;
    private final BiConsumer<Socket, String> lost;
    private final Duration silence;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final StringBuilder text = new StringBuilder();
    private volatile @Nullable WebSocket peer;
    private volatile long lastHeard = System.nanoTime();
    private CompletionStage<?> sent = CompletableFuture.completedStage(null);

    /// @param silence after how long without a word it is taken for broken
    Socket(BiConsumer<Socket, String> heard, BiConsumer<Socket, String> lost, Duration silence) {
        this.heard = heard;
        this.lost = lost;
        this.silence = silence;
    }

    void open(HttpClient http, URI uri, ScheduledExecutorService timer) {
        http.newWebSocketBuilder().connectTimeout(silence).buildAsync(uri, this).whenComplete((opening, failure) -> {
            if (failure == null) {
                opened.complete(null);
                watch(timer);
            } else {
                abort(String.valueOf(failure));
            }
        });
    }

    CompletionStage<Void> opened() {
        return opened;
    }

    /// A connection that is cut may show as nothing but silence.
    private void watch(ScheduledExecutorService timer) {
        long left = silence.toNanos() - (System.nanoTime() - lastHeard);
        if (left <= 0) {
            abort("nothing heard for " + silence.toMillis() + " ms");
        } else if (!over.get() && !timer.isShutdown()) {
            timer.schedule(() -> watch(timer), left, TimeUnit.NANOSECONDS);
        }
    }

    /// Sends after what was sent before: the JDK takes one at a time.
    synchronized void send(String message) {
        WebSocket to = peer;
        if (to != null) {
            sent = sent.thenCompose(before -> to.sendText(message, true));
        }
    }

    void abort(String why) {
        WebSocket open = peer;
        if (open != null) {
            open.abort();
        }
        end(why);
    }

    private void end(String why) {
        if (over.compareAndSet(false, true)) {
            lost.accept(this, why);
        }
    }

    @Override
    public void onOpen(WebSocket socket) {
        peer = socket;
        socket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        lastHeard = System.nanoTime();
        text.append(part);
        if (last) {
            String message = text.toString();
            text.setLength(0);
            heard.accept(this, message);
        }
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
        lastHeard = System.nanoTime();
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        end("closed by the hub with " + code);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        end(String.valueOf(error));
    }
}
