package dev.fanfare.server;

import dev.fanfare.Broadcaster;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Clock;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A server that lets browsers and other programs take part in a broadcaster's topics and jobs.
///
/// ```java
/// Hub hub = Hub.on(broadcaster).port(7780).start();
/// ```
///
/// Threads: safe. The broadcaster stays its owner's: closing the hub leaves it open.
public final class Hub implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Hub.class.getName());

    private final Broadcaster broadcaster;
    private final Settings settings;
    private final Connections connections;
    private final HubMetrics metrics;
    private final Router router;
    private final Listener listener;
    private final AutoCloseable healthWatch;
    private volatile boolean draining;
    private volatile Clock.@Nullable Scheduled nextTick;

    private Hub(Broadcaster broadcaster, Settings settings) {
        this.broadcaster = broadcaster;
        this.settings = settings;
        this.connections = new Connections(settings.limits());
        this.listener = new Listener(settings);
        this.metrics = new HubMetrics(this);
        this.router = new Router(settings, new Monitoring(this));
        this.healthWatch = broadcaster.onHealth(this::healthChanged);
    }

    public static HubBuilder on(Broadcaster broadcaster) {
        return new HubBuilder(broadcaster);
    }

    static Hub start(Broadcaster broadcaster, Settings settings) {
        Listener.requireLoopback(settings.host());
        Hub hub = new Hub(broadcaster, settings);
        try {
            hub.listener.bind(hub);
        } catch (HubException failed) {
            hub.close();
            throw failed;
        }
        hub.scheduleTick();
        LOG.log(System.Logger.Level.INFO, () -> "listening on " + hub.uri());
        return hub;
    }

    /// Returns the port that the hub listens on.
    public int port() {
        return listener.port();
    }

    /// Returns where the hub is reached from this machine, as `http://127.0.0.1:7780`.
    public String uri() {
        return "http://" + (settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host()) + ":"
                + port();
    }

    /// Tells all readers to come back later, lets requests that are under way finish, and closes everything; what is
    /// still open after the drain time is cut. Waits for that.
    @Override
    public void close() {
        if (draining) {
            return;
        }
        draining = true;
        LOG.log(System.Logger.Level.INFO, () -> "closing, " + connections.open() + " connections are open");
        closeQuietly(healthWatch);
        forEachConnection(Connection::drain);
        Clock.Scheduled cut =
                settings.clock().schedule(settings.timing().drain(), () -> forEachConnection(Connection::abort));
        awaitNoConnections(settings.timing().drain().plus(Duration.ofSeconds(1)));
        cut.cancel();
        if (nextTick != null) {
            nextTick.cancel();
        }
        listener.close();
        metrics.close();
    }

    private void awaitNoConnections(Duration longest) {
        try {
            connections.none().get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException late) {
            LOG.log(System.Logger.Level.WARNING, () -> "cut " + connections.open() + " connections that did not close");
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception failed) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "the hub closes, but goes on to be told of the store's health",
                    failed);
        }
    }

    Broadcaster broadcaster() {
        return broadcaster;
    }

    Settings settings() {
        return settings;
    }

    Router router() {
        return router;
    }

    Connections connections() {
        return connections;
    }

    HubMetrics metrics() {
        return metrics;
    }

    List<Loop> loops() {
        return listener.loops();
    }

    boolean isDraining() {
        return draining;
    }

    /// Takes a connection that has been accepted.
    void accept(Channel channel) {
        Loop loop = listener.loopOf(channel);
        var address = Listener.addressOf(channel);
        boolean admitted = connections.admit(address);
        channel.closeFuture().addListener(closed -> connections.release(address));
        channel.pipeline()
                .addLast(new RequestDecoder(settings.limits()), new HttpConnection(this, loop, channel, admitted));
    }

    private void forEachConnection(Consumer<Connection> action) {
        for (Loop loop : loops()) {
            loop.forEachConnection(action);
        }
    }

    private void healthChanged(BackendHealth health) {
        var level = health.available() ? System.Logger.Level.INFO : System.Logger.Level.WARNING;
        LOG.log(level, () -> health.available() ? "the store is back" : "the store is away: " + health.detail());
        for (Loop loop : loops()) {
            loop.forEachConnection(connection -> connection.tell(format -> notice(loop, format, health)));
        }
    }

    private static ByteBuf notice(Loop loop, Format format, BackendHealth health) {
        var json = health.available() ? ControlJson.RECOVERED : ControlJson.DEGRADED;
        String name = health.available() ? "recovered" : "degraded";
        return format.isSse()
                ? loop.framing().sse(format, out -> out.event(name, json, null))
                : loop.framing().webSocket(WsFrame.TEXT, json);
    }

    /// One timer for all connections: each tick looks at those that are due.
    private void scheduleTick() {
        nextTick = settings.clock().schedule(Duration.ofNanos(Wheel.TICK_NANOS), () -> {
            if (!draining || connections.open() > 0) {
                scheduleTick();
                for (Loop loop : loops()) {
                    loop.tick(settings.clock().nanoTime());
                }
            }
        });
    }
}
