package dev.fanfare.client;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Delivery;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Clock;
import dev.fanfare.wire.DeliveryReader;
import dev.fanfare.wire.JsonObject;
import dev.fanfare.wire.Notice;
import dev.fanfare.wire.SseEvent;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Keeps a stream open: when it breaks, opens another at the place that was reached, until all of it has ended.
///
/// Threads: safe. The fields are guarded by this; the reader is never called under the lock. What comes from a stream
/// that has been given up is ignored.
final class Feed implements EventStream.Reader {
    private static final String HUB = "hub";

    /// Whom the stream feeds.
    interface Reader {
        /// Returns the position to resume after; empty before the first stream has said where it begins.
        String resumeAfter();

        void subscribed(String position);

        /// Takes the next delivery, and the place after it if the hub has said that.
        void delivered(Delivery delivery, @Nullable String said, int bytes);

        boolean wantsMore();

        /// Tells whether all that the stream reads has ended.
        boolean isOver();

        /// The hub says that all has ended, to a reader that has not seen it.
        void ended();

        /// The hub will not serve this stream.
        void refused(RuntimeException reason);
    }

    private final Link link;
    private final RemoteApp app;
    private final StreamStart start;
    private final Reader reader;
    private @Nullable EventStream stream;
    private @Nullable CompletableFuture<?> response;
    private Clock.@Nullable Scheduled timer;
    private OptionalLong retryMillis = OptionalLong.empty();
    private int failures;
    private boolean begun;
    private boolean closed;
    private String saidLast = "";

    /// @param begun whether the reader has its subscription already, so that failures are only pauses
    Feed(Link link, RemoteApp app, StreamStart start, Reader reader, boolean begun) {
        this.link = link;
        this.app = app;
        this.start = start;
        this.reader = reader;
        this.begun = begun;
    }

    void connect() {
        EventStream next = new EventStream(this, link.clock());
        synchronized (this) {
            if (closed || reader.isOver()) {
                return;
            }
            stream = next;
            timer = link.clock().schedule(link.settings().silence(), () -> watch(next));
        }
        CompletableFuture<HttpResponse<Bytes>> opening =
                link.calls().open(request(), info -> isStream(info) ? next : whole());
        synchronized (this) {
            response = opening;
        }
        opening.whenComplete((answer, failure) -> {
            if (failure == null) {
                answered(next, answer);
            } else {
                unreachable(next, HubCalls.unwrap(failure));
            }
        });
    }

    private HttpRequest.Builder request() {
        String after = reader.resumeAfter();
        String query = "events?" + start.query() + (after.isEmpty() ? "&from=" + start.from() : "");
        HttpRequest.Builder request = link.calls()
                .request(app.path(query))
                .timeout(link.settings().timeout())
                .header("Accept", "text/event-stream");
        return after.isEmpty() ? request : request.header("Last-Event-ID", after);
    }

    private static boolean isStream(HttpResponse.ResponseInfo info) {
        String type = info.headers().firstValue("Content-Type").orElse("");
        return info.statusCode() == 200 && type.startsWith("text/event-stream");
    }

    private static HttpResponse.BodySubscriber<Bytes> whole() {
        return BodySubscribers.mapping(BodySubscribers.ofByteArray(), Bytes::owning);
    }

    private void answered(EventStream from, HttpResponse<Bytes> answer) {
        if (isCurrent(from) && answer.statusCode() == 204) {
            reader.ended();
        } else if (isCurrent(from) && answer.statusCode() != 200) {
            refused(from, Problem.read(answer.statusCode(), answer.body()), OptionalLong.empty());
        } else if (isCurrent(from) && answer.body().length() > 0) {
            lost(from, "answered with something that is no event stream", OptionalLong.empty());
        }
    }

    private void unreachable(EventStream from, Throwable failure) {
        if (HubCalls.isConnecting(failure) && isFirst(from)) {
            link.health().callFailed(HubCalls.describe(failure));
            reader.refused(unavailable(HubCalls.describe(failure)));
        } else {
            lost(from, HubCalls.describe(failure), OptionalLong.empty());
        }
    }

    @Override
    public void event(EventStream from, SseEvent event) {
        if (!isCurrent(from)) {
            return;
        }
        Notice notice = DeliveryReader.read(event.data());
        if (notice instanceof Notice.Delivered delivered) {
            reader.delivered(
                    delivered.delivery(), news(event.id()), event.data().length());
        } else if (notice instanceof Notice.Subscribed subscribed) {
            subscribed(event.id(), subscribed.position());
        } else if (notice instanceof Notice.Degraded degraded) {
            link.health().trouble(this, "its store is away: " + degraded.code());
        } else if (notice instanceof Notice.Recovered) {
            link.health().well(this);
        } else if (notice instanceof Notice.Refused refused) {
            Problem problem = new Problem(refused.code(), refused.detail(), JsonObject.parse(Bytes.utf8("{}")));
            refused(from, problem, OptionalLong.of(refused.retryAfterMillis()));
        }
    }

    /// Returns the id if it came with this event; null if it is that of an earlier one.
    private synchronized @Nullable String news(String id) {
        boolean isNew = !id.isEmpty() && !id.equals(saidLast);
        saidLast = id;
        return isNew ? id : null;
    }

    private void subscribed(String id, String position) {
        synchronized (this) {
            saidLast = id;
            begun = true;
            failures = 0;
        }
        link.health().well(this);
        reader.subscribed(position);
    }

    private void refused(EventStream from, Problem problem, OptionalLong retryAfterMillis) {
        boolean forGood = problem.code().equals("too_many_topics");
        if (forGood || isFirst(from)) {
            reader.refused(problem.exception(subject(), false));
        } else {
            lost(from, problem.code() + ": " + problem.detail(), retryAfterMillis);
        }
    }

    @Override
    public boolean wantsMore(EventStream from) {
        return isCurrent(from) && reader.wantsMore();
    }

    @Override
    public void broken(EventStream from, String reason) {
        lost(from, reason, OptionalLong.empty());
    }

    /// Reads on, after the reader has taken something.
    void more() {
        EventStream from;
        synchronized (this) {
            from = stream;
        }
        if (from != null) {
            from.more();
        }
    }

    /// Comes back in a while.
    void lost(EventStream from, String reason, OptionalLong leastMillis) {
        synchronized (this) {
            if (closed || stream != from) {
                return;
            }
            drop();
            if (reader.isOver()) {
                return;
            }
            retryMillis = from.retryMillis().isPresent() ? from.retryMillis() : retryMillis;
            Duration pause =
                    Pause.after(failures++, retryMillis, link.settings().longestPause(), ThreadLocalRandom.current());
            long least = leastMillis.orElse(0);
            timer = link.clock().schedule(Duration.ofMillis(Math.max(least, pause.toMillis())), this::connect);
        }
        link.health().trouble(this, reason);
    }

    /// Comes back in a while, whatever stream there is.
    void lost(String reason) {
        EventStream from;
        synchronized (this) {
            from = stream;
        }
        if (from != null) {
            lost(from, reason, OptionalLong.empty());
        }
    }

    /// A cut connection may show as nothing but silence.
    private void watch(EventStream watched) {
        Duration silence = link.settings().silence();
        Duration left = silence.minus(watched.silence());
        synchronized (this) {
            if (closed || stream != watched) {
                return;
            }
            if (left.toNanos() > 0) {
                timer = link.clock().schedule(left, () -> watch(watched));
                return;
            }
        }
        lost(watched, "nothing heard for " + silence.toSeconds() + " s", OptionalLong.empty());
    }

    private synchronized boolean isCurrent(EventStream from) {
        return !closed && stream == from;
    }

    private synchronized boolean isFirst(EventStream from) {
        return !closed && stream == from && !begun;
    }

    Subject subject() {
        return Subject.of("subscribing to " + start.names());
    }

    BackendUnavailableException unavailable(String detail) {
        return new BackendUnavailableException(HUB, subject().doing(), detail, false);
    }

    void close() {
        synchronized (this) {
            closed = true;
            drop();
        }
        link.health().forget(this);
    }

    /// Gives up the stream and what was to happen to it. Called with the lock held.
    private void drop() {
        EventStream from = stream;
        stream = null;
        saidLast = "";
        if (timer != null) {
            timer.cancel();
        }
        if (response != null) {
            response.cancel(true);
        }
        if (from != null) {
            from.cancel();
        }
    }
}
