package dev.fanfare.server;

import dev.fanfare.App;
import dev.fanfare.spi.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One request, and the one answer to it.
///
/// Threads: confined to the event loop, but for `answer`, which any may call.
final class Exchange {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());

    private final HttpConnection connection;
    private final HttpRequest head;
    private Target target = new Target("/", java.util.List.of());
    private Bytes body = Bytes.EMPTY;
    private @Nullable Route route;
    private @Nullable String origin;

    Exchange(HttpConnection connection, HttpRequest head) {
        this.connection = connection;
        this.head = head;
    }

    /// Finds out who serves the request, and whether it may come from where it comes.
    ///
    /// @throws Refusal if nobody does, or it may not
    void route(Router router) {
        Gate gate = hub().settings().gate();
        gate.checkHost(head.protocolVersion(), head.headers());
        requireUnambiguous();
        String uri = head.uri();
        if (uri.startsWith("http://")) {
            int path = uri.indexOf('/', 7);
            gate.checkHost(path < 0 ? uri.substring(7) : uri.substring(7, path));
            uri = path < 0 ? "/" : uri.substring(path);
        }
        origin = gate.allowedOrigin(head.headers()).orElse(null);
        if (isWrite()) {
            gate.requireOurs(head.headers());
        }
        target = Target.parse(uri);
        Route found = router.find(target.path(), head.method());
        route = found;
        if (found.action().forOurPagesOnly()) {
            gate.requireOurs(head.headers());
        }
    }

    private boolean isWrite() {
        return !head.method().equals(HttpMethod.GET) && !head.method().equals(HttpMethod.HEAD);
    }

    private void requireUnambiguous() {
        if (!isHttp10() && !head.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            throw new Refusal(Code.BAD_PARAMETER, "this hub speaks HTTP/1.1 and HTTP/1.0");
        }
        if (isHttp10() && head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            throw new Refusal(Code.BAD_PARAMETER, "HTTP/1.0 has no Transfer-Encoding; send a Content-Length");
        }
        if (head.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
            throw new Refusal(Code.BAD_PARAMETER, "a body must come without Content-Encoding, not compressed");
        }
    }

    int bodyLimit() {
        return found().action().bodyLimit();
    }

    /// Tells whether it is certain that the request has no body.
    boolean isWithoutBody() {
        return head.decoderResult().isSuccess()
                && !HttpUtil.isTransferEncodingChunked(head)
                && HttpUtil.getContentLength(head, 0L) == 0;
    }

    /// Serves the request, now that its body is there.
    void serve(Bytes complete) {
        body = complete;
        found().action().handler().handle(this);
    }

    Hub hub() {
        return connection.hub();
    }

    Loop loop() {
        return connection.loop();
    }

    Channel channel() {
        return connection.channel();
    }

    HttpConnection connection() {
        return connection;
    }

    HttpMethod method() {
        return head.method();
    }

    HttpHeaders headers() {
        return head.headers();
    }

    boolean isHttp10() {
        return head.protocolVersion().equals(HttpVersion.HTTP_1_0);
    }

    Target target() {
        return target;
    }

    Bytes body() {
        return body;
    }

    App app() {
        return hub().broadcaster().app(found().app());
    }

    /// Returns the rest of the path that names a topic or a job, decoded.
    String name() {
        return found().name();
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(head.headers().get(name)).map(Target::headerText);
    }

    /// Returns the URL of this request as a person may type it.
    String url() {
        String host = head.headers().get(HttpHeaderNames.HOST, "localhost");
        return "http://" + host + target.path();
    }

    /// Answers once the stage has completed, by whatever thread.
    <T> void answer(CompletionStage<T> stage, Function<? super T, Answer> form) {
        stage.thenApply(form).whenComplete((answer, failure) -> {
            if (failure == null) {
                answer(answer);
            } else {
                refuse(Refusal.of(failure));
            }
        });
    }

    void answer(Answer answer) {
        onLoop(() -> {
            ByteBuf bytes = encode(answer, !keepsAlive());
            if (keepsAlive()) {
                connection.answered(bytes);
            } else {
                connection.answeredLast(bytes);
            }
        });
    }

    void refuse(Refusal refusal) {
        if (kind(refusal) == Action.Kind.RESPONSE) {
            count(refusal);
            answer(Answer.problem(refusal));
        } else {
            onLoop(() -> refuseAndClose(refusal));
        }
    }

    /// Refuses, in the form in which the client can read it, and closes the connection.
    void refuseAndClose(Refusal refusal) {
        count(refusal);
        connection.answeredLast(
                switch (kind(refusal)) {
                    case RESPONSE -> encode(Answer.problem(refusal), true);
                    case EVENT_STREAM -> encode(EventsHandler.refusal(hub(), refusal), true);
                    case WEBSOCKET -> SocketHandler.refusal(this, refusal);
                });
    }

    private Action.Kind kind(Refusal refusal) {
        Action.Kind kind = route == null || !refusal.code().mayPass()
                ? Action.Kind.RESPONSE
                : route.action().answer();
        boolean cannot = kind == Action.Kind.WEBSOCKET && !WsHandshake.isAsked(head.headers());
        return cannot ? Action.Kind.RESPONSE : kind;
    }

    private void count(Refusal refusal) {
        LOG.log(System.Logger.Level.DEBUG, () -> "refused " + refusal.code().wireName() + ": " + refusal.detail());
        hub().metrics().refused(refusal.code());
    }

    private ByteBuf encode(Answer answer, boolean closes) {
        return ResponseHead.of(this, answer, closes).encode(channel().alloc());
    }

    /// Returns the headers that let the page read the answer whose origin may; none for others.
    String originHeaders() {
        return origin == null ? "Vary: Origin\r\n" : "Vary: Origin\r\nAccess-Control-Allow-Origin: " + origin + "\r\n";
    }

    /// Tells whether another request may follow on this connection.
    boolean keepsAlive() {
        return HttpUtil.isKeepAlive(head);
    }

    /// Tells whether it may because the client asked for it, as those of HTTP/1.0 must.
    boolean keepsAliveByRequest() {
        return isHttp10()
                && head.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE, true);
    }

    void onLoop(Runnable task) {
        if (loop().eventLoop().inEventLoop()) {
            task.run();
        } else {
            loop().execute(task);
        }
    }

    private Route found() {
        return java.util.Objects.requireNonNull(route);
    }
}
