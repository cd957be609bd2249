package dev.fanfare.server;

import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.Bytes;

/// `/livez`, `/readyz`, `/metrics`: what those ask who run the hub.
final class Monitoring {
    private final Hub hub;

    Monitoring(Hub hub) {
        this.hub = hub;
    }

    /// It answers, so it lives.
    void live(Exchange exchange) {
        exchange.answer(Answer.text(200, "ok"));
    }

    /// Ready as long as publishes can succeed; while the hub shuts down every request is refused before it comes here.
    void ready(Exchange exchange) {
        BackendHealth health = hub.broadcaster().health();
        if (!health.available()) {
            throw new Refusal(Code.STORE_UNAVAILABLE, "the store is away: " + health.detail());
        }
        exchange.answer(Answer.text(200, "ready"));
    }

    void metrics(Exchange exchange) {
        exchange.answer(new Answer(
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                Bytes.utf8(hub.metrics().scrape()),
                ""));
    }
}
