package dev.fanfare.server;

import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.spi.Clock;
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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/// What the hub counts. What happens per delivery is counted by each event loop for itself, in plain numbers, and added
/// up here when somebody asks. No label holds a name that a client chose.
///
/// Threads: safe.
final class HubMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Hub hub;
    private final Clock clock;
    private final Timer publishes = timer("fanfare.publish", "from a publish by a client to its acknowledgement");
    private final Timer deliveries = timer(
            "fanfare.delivery", "from the publish of a batch's last event until the batch was given to all sockets");
    private final Counter resumes = registry.counter("fanfare.resumes");
    private final Counter acceptErrors = registry.counter("fanfare.accept.errors");
    private final Map<Code, Counter> refused = new EnumMap<>(Code.class);

    HubMetrics(Hub hub) {
        this.hub = hub;
        this.clock = hub.settings().clock();
        for (Code code : Code.values()) {
            refused.put(code, registry.counter("fanfare.refused", "code", code.wireName()));
        }
        connections();
        deliveries();
        FunctionCounter.builder("fanfare.events.published", publishes, Timer::count)
                .description("events and job updates that clients published here")
                .register(registry);
        Gauge.builder("fanfare.subscriptions", hub, it -> sum(it, Counts::subscriptions))
                .register(registry);
        Gauge.builder("fanfare.ready", hub, it -> it.broadcaster().health().available() && !it.isDraining() ? 1 : 0)
                .register(registry);
        Gauge.builder("fanfare.info", () -> 1)
                .tags("version", hub.settings().version())
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1))
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

    /// Measures how long a client waits for the acknowledgement of what it publishes.
    <T> CompletionStage<T> publishing(CompletionStage<T> acknowledgement) {
        long began = clock.nanoTime();
        return acknowledgement.whenComplete((receipt, failure) -> {
            if (failure == null) {
                publishes.record(clock.nanoTime() - began, TimeUnit.NANOSECONDS);
            }
        });
    }

    /// @param last the batch's last event; may come from a machine whose clock is ahead
    void delivered(Received last) {
        Duration age = Duration.between(last.publishedAt(), clock.now());
        deliveries.record(age.isNegative() ? Duration.ZERO : age);
    }

    void resumed() {
        resumes.increment();
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
