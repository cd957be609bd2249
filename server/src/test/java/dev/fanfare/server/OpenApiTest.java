package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.fanfare.Broadcaster;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Holds every answer of a real hub against the document that the hub serves.
class OpenApiTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final FailingBackend store = new FailingBackend();
    private final TestHub hub = TestHub.start(Broadcaster.on(store), builder -> builder);
    private final JsonNode document =
            JSON.readTree(hub.ask("GET", "/openapi.json").body());
    private final Set<String> seen = new TreeSet<>();

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void everyOperationAndEveryErrorAnswersAsDocumented() {
        String topic = "/v1/{app}/topics/{topic}";
        String job = "/v1/{app}/jobs/{id}";
        check(
                "post",
                topic,
                "/v1/demo/topics/a",
                200,
                "{\"total\":12}",
                "Fanfare-Event: created",
                "Fanfare-Snapshot: true");
        check("post", topic, "/v1/demo/topics/a", 200, "1", "Idempotency-Key: k");
        check("post", topic, "/v1/demo/topics/a", 200, "1", "Idempotency-Key: k");
        check("get", topic, "/v1/demo/topics/a", 200, "");
        check("get", topic, "/v1/demo/topics/unknown", 404, "");
        check("post", topic, "/v1/demo/topics/a", 400, "{");
        check("post", topic, "/v1/demo/topics/a", 403, "1", "Origin: https://evil.example");
        check("post", topic, "/v1/demo/topics/a", 421, "1", "Host: evil.example");
        check("post", topic, "/v1/demo/topics/a", 413, "\"" + "x".repeat(1 << 20) + "\"");
        check("post", topic, "/v1/demo/topics/full", 507, "1");
        check("post", topic, "/v1/demo/topics/broken", 500, "1");
        check("get", topic, "/v1/demo/topics/" + "x".repeat(9000), 431, "");
        check("put", topic, "/v1/demo/topics/a", 405, "");
        check("post", topic, "/v1/demo/topics/a", 200, "2", "Fanfare-Close: done");
        check("get", topic, "/v1/demo/topics/a", 200, "");
        check("post", topic, "/v1/demo/topics/a", 409, "3");
        check("get", "/v1/{app}/history", "/v1/demo/history?topic=a", 200, "");
        check("get", "/v1/{app}/history", "/v1/demo/history?topic=a&after=1-1-00000000", 200, "");
        check("post", job, "/v1/demo/jobs/j", 200, "{\"progress\":0.5,\"results\":{\"a\":[1]}}");
        check("post", job, "/v1/demo/jobs/j", 200, "{\"status\":\"complete\"}");
        check("post", job, "/v1/demo/jobs/j", 200, "{\"status\":\"complete\"}");
        check("post", job, "/v1/demo/jobs/j", 409, "{\"progress\":0.7}");
        check("post", job, "/v1/demo/jobs/nobody?existing=true", 404, "{}");
        check("post", topic, "/v1/demo/topics/one-too-many", 429, "1");
        check("get", job, "/v1/demo/jobs/j", 200, "");
        check("get", job, "/v1/demo/jobs/unknown", 404, "");
        check("get", "/v1/{app}/jobs", "/v1/demo/jobs?limit=1", 200, "");
        check(
                "post",
                "/v1/{app}/events",
                "/v1/demo/events",
                200,
                "{\"topic\":\"a\",\"message\":1}\n{\"job\":\"j\",\"update\":{}}\nx\n");
        check("get", "/v1/{app}/events", "/v1/demo/events?topic=a&from=earliest", 200, "");
        check("get", "/v1/{app}/ws", "/v1/demo/ws", 400, "");
        check("get", "/livez", "/livez", 200, "");
        check("get", "/readyz", "/readyz", 200, "");
        check("get", "/metrics", "/metrics", 200, "");
        check("get", "/openapi.json", "/openapi.json", 200, "");
        check("delete", job, "/v1/demo/jobs/j", 200, "");
        check("delete", topic, "/v1/demo/topics/a", 200, "");
        store.goAway();
        check("post", topic, "/v1/demo/topics/a", 503, "1");
        check("get", "/readyz", "/readyz", 503, "");

        assertThat(seen).containsAll(documentedOperations());
        assertThat(seen).containsAll(documentedErrors());
    }

    @Test
    void theDocumentListsTheCodesOfTheHub() {
        Set<String> documented = new TreeSet<>();
        schema("Code").get("enum").forEach(code -> documented.add(code.asString()));

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Code.values()).map(Code::wireName).toList());
    }

    @Test
    void whatStreamsSayIsAsDocumented() {
        try (EventStream stream = hub.stream("topic=a&from=earliest", "Last-Event-ID: nonsense");
                WebSocketPeer socket = hub.webSocket()) {
            hub.app().topic("a").publish("1");
            for (int i = 0; i < 3; i++) {
                assertValid(schema("Delivery"), EventStream.field(stream.nextEvent(), "data"));
            }
            hub.app().topic("a").drop();
            assertValid(schema("Delivery"), EventStream.field(stream.nextEvent(), "data"));
            assertValid(schema("Reply"), socket.ask("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"b\"}"));
            assertValid(schema("Reply"), socket.ask("{\"type\":\"dance\",\"id\":1}"));
            assertValid(schema("Reply"), socket.ask("{\"type\":\"job\",\"id\":2,\"job\":\"j\",\"update\":{}}"));
            store.goAway();
            assertValid(schema("Delivery"), socket.next());
        }
    }

    /// Asks, and holds the answer against what the document says of that status.
    private void check(String method, String path, String uri, int status, String body, String... headers) {
        Wire.Response answer = hub.asked(method, uri, body, headers);
        assertThat(answer.status()).as("%s %s: %s", method, uri, answer.body()).isEqualTo(status);
        JsonNode operation = document.get("paths").get(path).get(method.equals("put") ? "post" : method);
        JsonNode response = operation.get("responses").get(Integer.toString(status));
        assertThat(response).as("%s %s documents %d", method, path, status).isNotNull();
        if (response.has("$ref")) {
            String name = response.get("$ref").asString().replaceFirst(".*/", "");
            seen.add("error " + name);
            response = document.get("components").get("responses").get(name);
        } else {
            seen.add(operation.get("operationId").asString());
        }
        assertHeaders(response, answer);
        assertBody(response.get("content"), answer);
    }

    private static void assertHeaders(JsonNode response, Wire.Response answer) {
        if (response.has("headers")) {
            for (String header : response.get("headers").propertyNames()) {
                assertThat(answer.header(header)).as(header).isNotEmpty();
            }
        }
    }

    private void assertBody(JsonNode content, Wire.Response answer) {
        String type = answer.header("Content-Type");
        assertThat(content.has(type))
                .as("%s is one of %s", type, content.propertyNames())
                .isTrue();
        if (type.endsWith("ndjson")) {
            answer.body().lines().forEach(line -> assertValid(schema("BatchResult"), line));
        } else if (type.endsWith("json")) {
            assertValid(content.get(type).get("schema"), answer.body());
        }
    }

    private void assertValid(JsonNode schema, String json) {
        ObjectNode whole = JSON.createObjectNode();
        whole.putArray("allOf").add(schema);
        whole.set("components", document.get("components"));
        var registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        assertThat(registry.getSchema(whole).validate(json, InputFormat.JSON))
                .as(json)
                .isEmpty();
    }

    private JsonNode schema(String name) {
        return document.get("components").get("schemas").get(name);
    }

    private Set<String> documentedOperations() {
        Set<String> operations = new TreeSet<>();
        for (JsonNode path : document.get("paths")) {
            for (String method : List.of("get", "post", "delete")) {
                if (path.has(method)) {
                    operations.add(path.get(method).get("operationId").asString());
                }
            }
        }
        operations.remove("webSocket"); // answers 101, which the tests of the WebSocket see
        return operations;
    }

    private Set<String> documentedErrors() {
        Set<String> errors = new TreeSet<>();
        document.get("components").get("responses").propertyNames().forEach(name -> errors.add("error " + name));
        return errors;
    }
}
