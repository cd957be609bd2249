package dev.fanfare.server;

import dev.fanfare.App;
import dev.fanfare.Position;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPattern;
import dev.fanfare.VectorPosition;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import dev.fanfare.wire.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import tools.jackson.core.JsonGenerator;

/// What a client asks for over WebSocket, and the answers, each with the number of its request.
///
/// Threads: confined to the event loop.
final class WsRequests {
    private static final Set<String> SUBSCRIBE = Set.of("type", "id", "topic", "job", "from", "after", "since");
    private static final Set<String> UNSUBSCRIBE = Set.of("type", "id", "topic", "job");
    private static final Set<String> PUBLISH = with(Publishing.EVENT_FIELDS);
    private static final Set<String> JOB = with(Publishing.JOB_FIELDS);
    private static final Set<String> PING = Set.of("type", "id");
    private static final Bytes NO_ID = Bytes.utf8("null");

    private final WsStream stream;
    private final HubMetrics metrics;
    private final App app;
    private final Subscriptions subscriptions;

    WsRequests(WsStream stream, App app, Subscriptions subscriptions) {
        this.stream = stream;
        this.metrics = stream.hub().metrics();
        this.app = app;
        this.subscriptions = subscriptions;
    }

    void take(Bytes message) {
        Bytes id = NO_ID;
        try {
            Fields fields = Fields.parse(message);
            id = id(fields);
            serve(id, fields);
        } catch (RuntimeException refused) {
            refuse(id, refused);
        }
    }

    private void serve(Bytes id, Fields fields) {
        String type = Publishing.required(fields, "type");
        switch (type) {
            case "subscribe" -> subscribe(id, fields.requireOnly(SUBSCRIBE));
            case "unsubscribe" -> unsubscribe(id, fields.requireOnly(UNSUBSCRIBE));
            case "publish" ->
                answer(
                        id,
                        metrics.publishing(Publishing.event(app, fields.requireOnly(PUBLISH))),
                        (json, receipt) -> Publishing.write(json, receipt));
            case "job" ->
                answer(id, metrics.publishing(Publishing.job(app, fields.requireOnly(JOB))), (json, receipt) -> {
                    Publishing.write(json, receipt);
                    json.writeName("state");
                    json.writeRawValue(receipt.update().json().utf8());
                });
            case "ping" -> {
                fields.requireOnly(PING);
                ok(id, json -> {});
            }
            default ->
                throw new Refusal(
                        Code.BAD_PARAMETER,
                        "type must be subscribe, unsubscribe, publish, job or ping, not " + Quote.of(type));
        }
    }

    private void subscribe(Bytes id, Fields fields) {
        Start start = start(fields);
        TopicPattern pattern = pattern(fields);
        Selection selection = Selection.of(pattern, pattern.isOverJobs() ? start.ofJob() : start.ofTopic());
        Reader reader = subscriptions.reserve(app.name(), selection);
        Waker waker = new Waker(stream.loop().eventLoop());
        stream.underWay(1);
        app.open(selection, waker)
                .whenComplete((cursor, failure) -> onLoop(() -> {
                    stream.underWay(-1);
                    if (failure != null) {
                        subscriptions.free(selection, reader);
                        refuse(id, failure);
                    } else {
                        start.count(metrics);
                        String position = cursor.position();
                        ok(id, json -> json.writeStringProperty("position", position));
                        subscriptions.start(selection, reader, cursor, waker);
                    }
                }));
    }

    private void unsubscribe(Bytes id, Fields fields) {
        subscriptions.end(pattern(fields).name());
        ok(id, json -> {});
    }

    private static TopicPattern pattern(Fields fields) {
        Optional<String> topic = fields.text("topic");
        Optional<String> job = fields.text("job");
        if (topic.isPresent() == job.isPresent()) {
            throw new Refusal(
                    Code.BAD_PARAMETER, "name one topic or one job, as {\"type\":\"subscribe\",\"topic\":\"a\"}");
        }
        return topic.map(TopicPattern::of).orElseGet(() -> TopicPattern.ofJobs(job.orElseThrow()));
    }

    private static Start start(Fields fields) {
        Start from = fields.text("from").map(Start::from).orElse(Start.BY_DEFAULT);
        if (!fields.has("after")) {
            return from;
        }
        if (fields.json("after").at(0) == '{') {
            return new Start(Optional.of(new StartAt.AfterAll(vector(fields))), true);
        }
        return fields.text("after").map(Start::after).orElse(from);
    }

    /// Reads where a client stands in each topic that a pattern has found for it.
    private static VectorPosition vector(Fields fields) {
        boolean jobs = fields.has("job");
        Fields after = Fields.parse(fields.json("after"));
        if (after.values().size() > VectorPosition.MAX_POSITIONS) {
            throw new Refusal(
                    Code.TOO_MANY_TOPICS, "after holds at most " + VectorPosition.MAX_POSITIONS + " positions");
        }
        Map<String, Position> positions = new HashMap<>();
        for (String name : after.values().keySet()) {
            String position = Publishing.required(after, name);
            Position.parse(position).ifPresent(known -> positions.put(jobs ? "$jobs/" + name : name, known));
        }
        return VectorPosition.of(since(fields), true, positions);
    }

    private static Instant since(Fields fields) {
        String since = Publishing.required(fields, "since");
        try {
            return Instant.parse(since);
        } catch (DateTimeException noTime) {
            throw new Refusal(
                    Code.BAD_PARAMETER, "since must be a time as published_at has it, not " + Quote.of(since));
        }
    }

    private <T> void answer(Bytes id, CompletionStage<T> stage, BiConsumer<JsonGenerator, T> form) {
        stream.underWay(1);
        stage.whenComplete((result, failure) -> onLoop(() -> {
            stream.underWay(-1);
            if (failure == null) {
                ok(id, json -> form.accept(json, result));
            } else {
                refuse(id, failure);
            }
        }));
    }

    private void ok(Bytes id, java.util.function.Consumer<JsonGenerator> rest) {
        stream.send(Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "ok");
            writeId(json, id);
            rest.accept(json);
            json.writeEndObject();
        }));
    }

    private void refuse(Bytes id, Throwable failure) {
        Refusal refusal = Refusal.of(failure);
        metrics.refused(refusal.code());
        stream.send(Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "error");
            writeId(json, id);
            json.writeStringProperty("code", refusal.code().wireName());
            json.writeStringProperty("detail", refusal.detail());
            refusal.writeFacts(json);
            json.writeEndObject();
        }));
    }

    private static void writeId(JsonGenerator json, Bytes id) {
        json.writeName("id");
        json.writeRawValue(id.utf8());
    }

    /// Returns the request's number as it was written.
    private static Bytes id(Fields fields) {
        if (!fields.has("id")) {
            return NO_ID;
        }
        Bytes id = fields.json("id");
        if (!id.utf8().matches("-?[0-9]{1,18}")) {
            throw new Refusal(Code.BAD_PARAMETER, "id must be a whole number");
        }
        return id;
    }

    private void onLoop(Runnable task) {
        if (stream.loop().eventLoop().inEventLoop()) {
            task.run();
        } else {
            stream.loop().execute(task);
        }
    }

    private static Set<String> with(Set<String> fields) {
        Set<String> all = new HashSet<>(fields);
        all.add("type");
        all.add("id");
        return Set.copyOf(all);
    }
}
