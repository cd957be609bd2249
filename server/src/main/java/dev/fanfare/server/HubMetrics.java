package dev.fanfare.server;

import dev.fanfare.Delivery;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/// What the hub counts. What happens per delivery is counted by each event loop for itself, in plain numbers, and added
/// up here when somebody asks. No label holds a name that a client chose.
///
/// Threads: safe.
final class HubMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Hub hub;
    private final Timer publishes = Timer.builder("fanfare.publish")
            .description("from a publish over HTTP to its acknowledgement")
            .serviceLevelObjectives(
                    Duration.ofMillis(1),
                    Duration.ofMillis(5),
                    Duration.ofMillis(25),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1))
            .register(registry);
    private final Counter acceptErrors = registry.counter("fanfare.accept.errors");
    private final Map<Code, Counter> refused = new EnumMap<>(Code.class);

    HubMetrics(Hub hub) {
        this.hub = hub;
        for (Code code : Code.values()) {
            refused.put(code, registry.counter("fanfare.refused", "code", code.wireName()));
        }
        connections();
        deliveries();
        Gauge.builder("fanfare.ready", hub, it -> it.broadcaster().health().available() && !it.isDraining() ? 1 : 0)
                .register(registry);
        Gauge.builder("fanfare.info", () -> 1)
                .tags("version", hub.settings().version())
                .register(registry);
    }

    private void connections() {
        gauge(
                "fanfare.connections",
                "sse",
                counts -> counts.streamsOver(Format.CHUNKED) + counts.streamsOver(Format.PLAIN));
        gauge("fanfare.connections", "websocket", counts -> counts.streamsOver(Format.WEBSOCKET));
        Gauge.builder("fanfare.connections.open", hub, it -> it.connections().open())
                .description("all sockets, those that only ask included")
                .register(registry);
        Gauge.builder(
                        "fanfare.connections.limit",
                        hub,
                        it -> it.settings().limits().connections())
                .register(registry);
        counter("fanfare.timeouts", Tags.empty(), Counts::timeouts);
        counter("fanfare.slow.consumers", Tags.of("policy", "own_cursor"), Counts::stalls);
        counter("fanfare.slow.consumers", Tags.of("policy", "closed"), Counts::closedAsSlow);
    }

    private void deliveries() {
        counter(
                "fanfare.events.delivered",
                Tags.of("transport", "sse"),
                counts -> counts.deliveredOver(Format.CHUNKED) + counts.deliveredOver(Format.PLAIN));
        counter(
                "fanfare.events.delivered",
                Tags.of("transport", "websocket"),
                counts -> counts.deliveredOver(Format.WEBSOCKET));
        counter("fanfare.bytes.sent", Tags.empty(), Counts::bytesSent);
        for (Delivery.Cause cause : Delivery.Cause.values()) {
            counter("fanfare.gaps", Tags.of("cause", cause.wireName()), counts -> counts.gapsOf(cause));
        }
    }

    private void counter(String name, Tags tags, ToLongFunction<Counts> count) {
        FunctionCounter.builder(name, hub, it -> sum(it, count)).tags(tags).register(registry);
    }

    private void gauge(String name, String transport, ToLongFunction<Counts> count) {
        Gauge.builder(name, hub, it -> sum(it, count))
                .tags("transport", transport)
                .register(registry);
    }

    private static double sum(Hub hub, ToLongFunction<Counts> count) {
        return hub.loops().stream()
                .mapToLong(loop -> count.applyAsLong(loop.counts()))
                .sum();
    }

    void published(long nanos) {
        publishes.record(nanos, TimeUnit.NANOSECONDS);
    }

    void refused(Code code) {
        Counter counter = refused.get(code);
        if (counter != null) {
            counter.increment();
        }
    }

    void acceptFailed() {
        acceptErrors.increment();
    }

    String scrape() {
        return registry.scrape();
    }

    void close() {
        registry.close();
    }
}
