package dev.fanfare.server;

import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobPage;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.UnknownJobException;
import dev.fanfare.spi.Bytes;
import tools.jackson.core.JsonGenerator;

/// `/v1/{app}/jobs` and `/v1/{app}/jobs/{id…}`: report, look, list, drop.
final class JobHandler {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    void update(Exchange exchange) {
        exchange.target().requireOnly("existing");
        JobChange change = JobChange.parse(exchange.body());
        var updated = Publishing.job(
                exchange.app(),
                exchange.name(),
                change,
                exchange.header("Idempotency-Key"),
                exchange.target().flag("existing"));
        exchange.answer(
                exchange.hub().metrics().publishing(updated), receipt -> Answer.json(Publishing.state(receipt)));
    }

    void state(Exchange exchange) {
        exchange.target().requireOnly();
        exchange.answer(
                exchange.app().jobs().stateAsync(exchange.name()),
                found -> Answer.json(found.orElseThrow(() -> new UnknownJobException(exchange.name()))
                        .json()));
    }

    void drop(Exchange exchange) {
        exchange.target().requireOnly();
        exchange.answer(
                exchange.app().jobs().dropAsync(exchange.name()),
                existed -> Answer.json(Bytes.utf8("{\"existed\":" + existed + "}")));
    }

    void list(Exchange exchange) {
        Target target = exchange.target();
        target.requireOnly("status", "cursor", "limit");
        JobStatus status = target.first("status").map(JobStatus::parse).orElse(null);
        String after = target.first("cursor").orElse(null);
        int limit = target.number("limit", DEFAULT_LIMIT, MAX_LIMIT);
        exchange.answer(
                exchange.app().jobs().listAsync(status, after, limit), page -> Answer.json(json -> write(json, page)));
    }

    private static void write(JsonGenerator json, JobPage page) {
        json.writeStartObject();
        json.writeName("jobs");
        json.writeStartArray();
        page.jobs().forEach(update -> json.writeRawValue(update.json().utf8()));
        json.writeEndArray();
        json.writeStringProperty("next", page.next().orElse(null));
        json.writeEndObject();
    }
}
