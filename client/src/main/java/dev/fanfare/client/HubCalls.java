package dev.fanfare.client;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.InvalidValueException;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Clock;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/// Asks the hub, and understands its answers.
///
/// A question whose connection breaks is asked again until its deadline, if that does no harm. One that does not even
/// reach the hub fails at once.
///
/// Threads: safe.
final class HubCalls {
    private static final String HUB = "hub";
    private static final long FIRST_PAUSE_MILLIS = 20;

    private final URI hub;
    private final HttpClient http;
    private final Clock clock;
    private final Duration timeout;
    private final HubHealth health;

    HubCalls(URI hub, HttpClient http, Settings settings, HubHealth health) {
        this.hub = hub;
        this.http = http;
        this.clock = settings.clock();
        this.timeout = settings.timeout();
        this.health = health;
    }

    /// Returns the deadline of a call that is made now.
    long deadline() {
        return clock.nanoTime() + timeout.toNanos();
    }

    /// Asks, and reads the answer, if it is one that says yes.
    ///
    /// Fails with what the library itself would throw.
    <T> CompletionStage<T> ask(Call call, Function<Answer, T> reading) {
        return new Try(call).begin().thenApply(answer -> {
            try {
                return reading.apply(answer);
            } catch (InvalidValueException foreign) {
                throw unreadable(call, foreign);
            }
        });
    }

    private static BackendUnavailableException unreadable(Call call, InvalidValueException fault) {
        String detail = "its answer cannot be read: " + fault.getMessage();
        return new BackendUnavailableException(HUB, call.subject().doing(), detail, call.writes());
    }

    /// What the hub says to a call that it serves.
    ///
    /// @param repeated whether the call was made more than once, so that it may have been served before
    record Answer(Bytes body, boolean repeated) {}

    /// Opens a stream.
    CompletableFuture<HttpResponse<Bytes>> open(HttpRequest.Builder request, HttpResponse.BodyHandler<Bytes> handler) {
        return http.sendAsync(request.build(), handler);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(Uris.under(hub, path));
    }

    /// Says what failed, in one line.
    static String describe(Throwable failure) {
        Throwable cause = unwrap(failure);
        String text = cause.getMessage();
        if (isConnecting(cause)) {
            return "cannot be reached";
        }
        return text == null || text.isBlank() ? cause.getClass().getSimpleName() : text;
    }

    /// Tells whether the hub was not reached at all.
    static boolean isConnecting(Throwable failure) {
        return failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException;
    }

    static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? unwrap(failure.getCause())
                : failure;
    }

    /// A call on its way to an answer.
    ///
    /// Threads: each step runs after the one before.
    private final class Try {
        private final Call call;
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private int tries;
        private volatile boolean mayHaveArrived; // also set by the clock

        Try(Call call) {
            this.call = call;
        }

        CompletionStage<Answer> begin() {
            send();
            return answer;
        }

        private void send() {
            long left = call.deadline() - clock.nanoTime();
            if (left <= 0) {
                fail("no answer within " + timeout.toMillis() + " ms");
                return;
            }
            tries++;
            HttpRequest.Builder request = request(call.path())
                    .method(
                            call.method(),
                            BodyPublishers.ofByteArray(call.body().toArray()));
            call.headers().forEach(request::header);
            CompletableFuture<HttpResponse<byte[]>> exchange =
                    http.sendAsync(request.build(), BodyHandlers.ofByteArray());
            Clock.Scheduled end = clock.schedule(Duration.ofNanos(left), () -> late(exchange));
            exchange.whenComplete((response, failure) -> {
                end.cancel();
                if (failure == null) {
                    answered(response.statusCode(), Bytes.owning(response.body()));
                } else {
                    broken(unwrap(failure));
                }
            });
        }

        private void late(CompletableFuture<?> exchange) {
            mayHaveArrived = true;
            fail("no answer within " + timeout.toMillis() + " ms");
            exchange.cancel(true);
        }

        private void answered(int status, Bytes body) {
            health.callAnswered();
            if (status >= 200 && status < 300) {
                answer.complete(new Answer(body, tries > 1));
            } else {
                answer.completeExceptionally(refusal(status, body));
            }
        }

        private RuntimeException refusal(int status, Bytes body) {
            try {
                return Problem.read(status, body).exception(call.subject(), call.writes());
            } catch (InvalidValueException foreign) {
                return unreadable(call, foreign);
            }
        }

        private void broken(Throwable failure) {
            boolean arrived = !isConnecting(failure);
            mayHaveArrived |= arrived;
            long pause = pauseNanos();
            boolean again = mayHaveArrived && (call.repeatable() || !arrived) && !answer.isDone();
            if (again && call.deadline() - clock.nanoTime() > pause) {
                clock.schedule(Duration.ofNanos(pause), this::send);
            } else {
                fail(describe(failure));
            }
        }

        private void fail(String detail) {
            if (answer.isDone()) {
                return;
            }
            health.callFailed(detail);
            answer.completeExceptionally(new BackendUnavailableException(
                    HUB, call.subject().doing(), detail, call.writes() && mayHaveArrived));
        }

        private long pauseNanos() {
            long millis = FIRST_PAUSE_MILLIS << Math.min(tries, 5);
            return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis))
                    .toNanos();
        }
    }
}
