package dev.fanfare.client;

import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Clock;
import dev.fanfare.wire.SseEvent;
import dev.fanfare.wire.SseParser;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// One connection on which a hub sends events, as the body of its response.
///
/// Asks for more bytes only as long as its reader wants them; the rest waits in the sockets, and the hub notices.
///
/// Threads: the HTTP client calls one method at a time; `more` and `cancel` may come from any thread.
final class EventStream implements HttpResponse.BodySubscriber<Bytes> {
    /// The largest event that is read. A hub's own limit is far below.
    private static final int MAX_EVENT_BYTES = 64 << 20;

    /// Whoever reads the stream.
    interface Reader {
        void event(EventStream stream, SseEvent event);

        /// Tells whether more bytes are wanted now; if not, `more` will ask for them later.
        boolean wantsMore(EventStream stream);

        /// The stream is over, and not because it was cancelled.
        void broken(EventStream stream, String reason);
    }

    private final Reader reader;
    private final Clock clock;
    private final SseParser parser = new SseParser(MAX_EVENT_BYTES, this::event);
    private volatile Flow.@Nullable Subscription subscription;
    private volatile long lastSign;
    private volatile boolean waiting;
    private volatile boolean cancelled;
    private volatile OptionalLong retryMillis = OptionalLong.empty();
    private boolean over;

    EventStream(Reader reader, Clock clock) {
        this.reader = reader;
        this.clock = clock;
        this.lastSign = clock.nanoTime();
    }

    /// The response counts as complete at once: its body is read for as long as it lasts.
    @Override
    public CompletionStage<Bytes> getBody() {
        return CompletableFuture.completedStage(Bytes.EMPTY);
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        if (cancelled) {
            newSubscription.cancel();
        } else {
            newSubscription.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        lastSign = clock.nanoTime();
        if (over) {
            return;
        }
        try {
            bytes.forEach(parser::push);
        } catch (RuntimeException malformed) {
            end("sent what cannot be read: " + malformed.getMessage());
            cancel();
            return;
        }
        retryMillis = parser.retryMillis();
        waiting = true;
        if (reader.wantsMore(this)) {
            more();
        }
    }

    @Override
    public void onError(Throwable failure) {
        end(HubCalls.describe(failure));
    }

    @Override
    public void onComplete() {
        end("closed the stream");
    }

    /// Reads on, if it was waiting for that.
    void more() {
        Flow.Subscription from = subscription;
        boolean wasWaiting;
        synchronized (this) {
            wasWaiting = waiting;
            waiting = false;
        }
        if (wasWaiting && from != null) {
            lastSign = clock.nanoTime();
            from.request(1);
        }
    }

    /// Returns for how long nothing has come though something was wanted.
    Duration silence() {
        return waiting ? Duration.ZERO : Duration.ofNanos(clock.nanoTime() - lastSign);
    }

    /// Returns how long the hub wants its readers to wait before they come back.
    OptionalLong retryMillis() {
        return retryMillis;
    }

    void cancel() {
        cancelled = true;
        Flow.Subscription from = subscription;
        if (from != null) {
            from.cancel();
        }
    }

    private void event(SseEvent event) {
        if (!cancelled) {
            reader.event(this, event);
        }
    }

    private void end(String reason) {
        if (!over && !cancelled) {
            over = true;
            reader.broken(this, reason);
        }
    }
}
