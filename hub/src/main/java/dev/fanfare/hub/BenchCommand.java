package dev.fanfare.hub;

import dev.fanfare.client.HubClient;
import dev.fanfare.hub.bench.Bench;
import dev.fanfare.hub.bench.Transport;
import dev.fanfare.hub.config.Settings;
import dev.fanfare.spi.Quote;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Measures how fast a hub delivers an event to many readers.
final class BenchCommand implements Command {
    @Override
    public void describe(Syntax syntax) {
        syntax.name("bench", "Measures how fast a hub delivers an event to many readers.")
                .option("--transport", "NAME", "sse, ws, or both, one after the other. Default: both.")
                .option("--connections", "N", "Readers, 1 to 20000. Default: 200.")
                .option("--rate", "N", "Events a second, 1 to 100000. Default: 100.")
                .option("--payload", "BYTES", "Size of each message, 20 to 100000. Default: 100.")
                .option("--duration", "SECONDS", "How long to measure, 1 to 3600. Default: 5; 2 more warm up.")
                .settings(RemoteHub.SETTINGS)
                .settings(List.of(Settings.STORE))
                .footer("", "Without --url and --port it measures a hub of its own in the same process, on --store.");
    }

    @Override
    public Exit run(Call call) throws Exception {
        List<Transport> transports = transports(call.option("--transport").orElse("both"));
        if (call.configuration().value(Settings.URL).isDefault()
                && call.configuration().value(Settings.PORT).isDefault()) {
            Logs.configure(call.shell(), call.configuration());
            try (LocalHub own = LocalHub.start(call.withSettings(Map.of("port", "0")))) {
                measure(call, transports, URI.create(own.hub().uri()));
            }
        } else {
            measure(call, transports, call.get(Settings.URL));
        }
        return Exit.OK;
    }

    private static void measure(Call call, List<Transport> transports, URI hub)
            throws IOException, InterruptedException {
        try (var client = HubClient.connect(hub)) {
            for (Transport transport : transports) {
                Bench.Result result = bench(call, transport).run(hub, client.app(call.get(Settings.APP)));
                call.out().print(call.isJson() ? json(result) : text(result, Style.of(call.shell())));
                call.out().flush();
            }
        }
    }

    private static Bench bench(Call call, Transport transport) {
        return new Bench(
                transport,
                number(call, "--connections", 200, 1, 20_000),
                number(call, "--rate", 100, 1, 100_000),
                number(call, "--payload", 100, 20, 100_000),
                Duration.ofSeconds(2),
                Duration.ofSeconds(number(call, "--duration", 5, 1, 3_600)));
    }

    private static List<Transport> transports(String name) {
        return switch (name) {
            case "sse" -> List.of(Transport.SSE);
            case "ws" -> List.of(Transport.WS);
            case "both" -> List.of(Transport.SSE, Transport.WS);
            default ->
                throw new CommandFault(Exit.USAGE, "--transport is " + Quote.of(name) + ", it must be sse, ws or both");
        };
    }

    private static int number(Call call, String option, int byDefault, int least, int most) {
        String text = call.option(option).orElse(String.valueOf(byDefault));
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw new CommandFault(
                    Exit.USAGE,
                    option + " is " + Quote.of(text) + ", it must be a whole number from " + least + " to " + most);
        }
        return Integer.parseInt(text);
    }

    private static String text(Bench.Result result, Style style) {
        Bench bench = result.bench();
        String head = String.format(
                Locale.ROOT,
                "%s: %,d readers, %,d events/s of %,d bytes for %d s",
                bench.transport().word(),
                bench.connections(),
                bench.rate(),
                bench.payload(),
                bench.duration().toSeconds());
        String loss =
                result.lost() == 0 ? "none lost" : style.red(String.format(Locale.ROOT, "%,d lost", result.lost()));
        return style.bold(head) + "\n"
                + String.format(
                        Locale.ROOT,
                        "  deliveries  %,d (%,.0f/s), %s%n",
                        result.delivered(),
                        result.deliveriesPerSecond(),
                        loss)
                + String.format(
                        Locale.ROOT,
                        "  latency     p50 %.2f ms   p90 %.2f   p99 %.2f   p99.9 %.2f   max %.2f%n",
                        result.latencyMillis(50),
                        result.latencyMillis(90),
                        result.latencyMillis(99),
                        result.latencyMillis(99.9),
                        result.latencyMillis(100));
    }

    private static String json(Bench.Result result) {
        Bench bench = result.bench();
        return JsonText.object(json -> json.put("transport", bench.transport().word())
                        .put("connections", bench.connections())
                        .put("rate", bench.rate())
                        .put("payload_bytes", bench.payload())
                        .put("seconds", bench.duration().toSeconds())
                        .put("events", result.events())
                        .put("delivered", result.delivered())
                        .put("lost", result.lost())
                        .put("closed_connections", result.closed())
                        .object(
                                "latency_ms",
                                latency -> latency.put("p50", result.latencyMillis(50))
                                        .put("p90", result.latencyMillis(90))
                                        .put("p99", result.latencyMillis(99))
                                        .put("p99.9", result.latencyMillis(99.9))
                                        .put("max", result.latencyMillis(100))))
                + "\n";
    }
}
