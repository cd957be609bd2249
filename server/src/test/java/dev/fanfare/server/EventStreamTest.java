package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.jobs.JobChange;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventStreamTest {
    /// What a topic keeps: a reader that is kept waiting for a CPU loses none of so many.
    private static final int HISTORY = TopicPolicy.DEFAULT.historyEvents();

    private final TestHub hub = TestHub.start();

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void aStreamOpensAtOnceAlsoForATopicThatDoesNotExist() {
        try (EventStream stream = hub.stream("topic=a")) {
            assertThat(stream.head().status()).isEqualTo(200);
            assertThat(stream.head().header("Content-Type")).isEqualTo("text/event-stream");
            assertThat(stream.head().header("Cache-Control")).isEqualTo("no-store");
            assertThat(stream.head().header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(stream.next()).matches("retry: [23][0-9]{3}\n\n");
            assertThat(stream.next()).isEqualTo("""
                            event: subscribed
                            data: {"type":"subscribed","position":"0-0-00000000"}
                            id: 0-0-00000000

                            """);
        }
    }

    @Test
    void anEventOfOneTopicCarriesItsOwnId() {
        try (EventStream stream = hub.stream("topic=a").subscribed()) {
            String position =
                    hub.app().topic("a").publish("{\"total\": 12}").position().toString();

            assertThat(stream.next())
                    .matches("data: \\{\"type\":\"event\",\"topic\":\"a\",\"event\":null,\"message\":\\{\"total\":12},"
                            + "\"published_at\":\"[^\"]+\",\"position\":\"" + position + "\"}\nid: " + position
                            + "\n\n");
        }
    }

    @Test
    void thePublishersNameIsTheEventLine() {
        try (EventStream stream = hub.stream("topic=a").subscribed()) {
            hub.app().topic("a").publish(Event.json("1").named("created"));

            assertThat(stream.next()).startsWith("event: created\ndata: {");
        }
    }

    @Test
    void manyEventsArriveInOrder() {
        try (EventStream stream = hub.stream("topic=a").subscribed()) {
            for (int i = 0; i < HISTORY; i++) {
                hub.app().topic("a").publish("" + i);
            }
            for (int i = 0; i < HISTORY; i++) {
                assertThat(stream.next()).contains("\"message\":" + i + ",");
            }
        }
    }

    @Test
    void resumingGoesOnAfterTheIdWhicheverWayItIsGiven() {
        String first = hub.app().topic("a").publish("1").position().toString();
        hub.app().topic("a").publish("2");

        try (EventStream byHeader =
                        hub.stream("topic=a", "Last-Event-ID: " + first).subscribed();
                EventStream byParameter =
                        hub.stream("topic=a&last_event_id=" + first).subscribed();
                EventStream byFrom = hub.stream("topic=a&from=" + first).subscribed()) {
            assertThat(byHeader.next()).contains("\"message\":2,");
            assertThat(byParameter.next()).contains("\"message\":2,");
            assertThat(byFrom.next()).contains("\"message\":2,");
        }
    }

    @Test
    void theHeaderGoesBeforeTheParameter() {
        String first = hub.app().topic("a").publish("1").position().toString();
        hub.app().topic("a").publish("2");

        try (EventStream stream =
                hub.stream("topic=a&from=earliest", "Last-Event-ID: " + first).subscribed()) {
            assertThat(stream.next()).contains("\"message\":2,");
        }
    }

    @Test
    void aTopicStartsLiveUnlessAskedOtherwise() {
        hub.app().topic("a").publish(Event.json("1").asSnapshot());
        hub.app().topic("a").publish("2");

        try (EventStream live = hub.stream("topic=a").subscribed();
                EventStream earliest = hub.stream("topic=a&from=earliest").subscribed();
                EventStream snapshot = hub.stream("topic=a&from=snapshot").subscribed()) {
            hub.app().topic("a").publish("3");
            assertThat(live.next()).contains("\"message\":3,");
            assertThat(earliest.next()).contains("\"message\":1,").doesNotContain("snapshot");
            assertThat(snapshot.next()).contains("\"message\":1,", "\"snapshot\":true");
        }
    }

    @Test
    void aJobStartsAtItsSnapshotAndEndsAfterItsLastUpdate() {
        hub.app().jobs().update("j", JobChange.progress(0.5));
        try (EventStream stream = hub.stream("job=j").subscribed()) {
            assertThat(stream.next())
                    .startsWith("data: {\"type\":\"job\",\"job_id\":\"j\"")
                    .contains("\"snapshot\":true");

            hub.app().jobs().complete("j");

            String last = stream.next();
            assertThat(last).contains("\"status\":\"complete\"");
            assertThat(stream.next())
                    .startsWith("event: end\ndata: {\"type\":\"end\",\"job_id\":\"j\",\"reason\":\"complete\"")
                    .endsWith("id: " + EventStream.field(last, "id") + "\n\n");
            assertThat(stream.next()).isEmpty();
            assertThat(stream.wire().isClosedByHub()).isTrue();
        }
    }

    @Test
    void aReconnectAtTheEndIsToldToStop() {
        hub.app().topic("a").publish(Event.json("1").closing(new CloseReason("done")));
        String end;
        try (EventStream stream = hub.stream("topic=a&from=earliest").subscribed()) {
            stream.next();
            end = EventStream.field(stream.next(), "id");
        }

        Wire.Response again = hub.ask("GET", "/v1/demo/events?topic=a", "Last-Event-ID: " + end);

        assertThat(again.status()).isEqualTo(204);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void whoHasNotSeenTheEndIsToldIt() {
        String first = hub.app().topic("a").publish("1").position().toString();
        hub.app().topic("a").drop();
        try (EventStream stream =
                hub.stream("topic=a", "Last-Event-ID: " + first).subscribed()) {
            assertThat(stream.next()).startsWith("event: end\n").contains("\"reason\":\"dropped\"");
            assertThat(stream.next()).isEmpty();
        }
    }

    @Test
    void severalTopicsShareOneIdAtTheEndOfEachFlush() {
        String resume;
        try (EventStream stream = hub.stream("topic=a&topic=b&from=earliest").subscribed()) {
            hub.app().topic("a").publish("1");
            resume = EventStream.field(stream.next(), "id");
            assertThat(resume).startsWith("v1.");
            hub.app().topic("b").publish("2");
            assertThat(stream.next()).contains("\"message\":2,");
        }
        hub.app().topic("a").publish("3");
        try (EventStream stream =
                hub.stream("topic=b&topic=a", "Last-Event-ID: " + resume).subscribed()) {
            String first = stream.next();
            String second = stream.next();
            assertThat(first + second).contains("\"message\":2,", "\"message\":3,");
            assertThat(first).doesNotContain("\nid: ");
            assertThat(second).contains("\nid: v1.");
        }
    }

    @Test
    void whileOthersGoOnTheEndOfOneIsToldAgainToWhoeverComesBack() {
        String atEnd;
        try (EventStream stream = hub.stream("topic=a&topic=b&from=earliest").subscribed()) {
            hub.app().topic("a").publish(Event.json("1").closing(new CloseReason("done")));
            stream.next();
            String end = stream.next();
            assertThat(end).startsWith("event: end\n");
            atEnd = EventStream.field(end, "id");
        }
        try (EventStream stream =
                hub.stream("topic=a&topic=b", "Last-Event-ID: " + atEnd).subscribed()) {
            assertThat(stream.next()).startsWith("event: end\n").contains("\"topic\":\"a\"");
            hub.app().topic("b").publish("2");
            assertThat(stream.next()).contains("\"message\":2,");
        }
    }

    @Test
    void aStreamOfSeveralEndsWhenAllHaveEnded() {
        try (EventStream stream = hub.stream("topic=a&job=j&from=earliest").subscribed()) {
            hub.app().topic("a").publish(Event.json("1").closing(new CloseReason("done")));
            stream.next();
            assertThat(stream.next()).startsWith("event: end\n");
            hub.app().jobs().cancel("j");
            stream.next();
            String end = stream.next();
            assertThat(end).startsWith("event: end\n").contains("\"reason\":\"cancelled\"");
            assertThat(stream.next()).isEmpty();

            String id = EventStream.field(end, "id");
            assertThat(hub.ask("GET", "/v1/demo/events?topic=a&job=j", "Last-Event-ID: " + id)
                            .status())
                    .isEqualTo(204);
        }
    }

    @Test
    void aPatternFindsTopicsThatAppearLater() {
        try (EventStream stream = hub.stream("topic=orders/*").subscribed()) {
            hub.app().topic("orders/1").publish("1");
            hub.app().topic("elsewhere").publish("0");
            hub.app().topic("orders/2").publish("2");

            assertThat(stream.next()).contains("\"topic\":\"orders/1\"");
            assertThat(stream.next()).contains("\"topic\":\"orders/2\"");
        }
    }

    @Test
    void anUnreadableIdIsAGapAndNotAnError() {
        hub.app().topic("a").publish("1");
        try (EventStream stream =
                hub.stream("topic=a", "Last-Event-ID: " + "x".repeat(4096)).subscribed()) {
            String gap = stream.next();
            assertThat(gap).startsWith("event: gap\n").contains("\"cause\":\"unknown_position\"", "\nid: ");
            assertThat(stream.next()).contains("\"message\":1,", "\"missed\":null");
        }
    }

    @Test
    void anIdOfAnotherLifeIsAGapAndThenWhatThereIs() {
        Position at = hub.app().topic("a").publish("1").position();
        Position foreign = new Position(at.epoch() == 1 ? 2 : at.epoch() - 1, at.offset(), at.tag());
        try (EventStream stream =
                hub.stream("topic=a", "Last-Event-ID: " + foreign).subscribed()) {
            assertThat(stream.next()).startsWith("event: gap\n").contains("\"cause\":\"epoch\"");
            assertThat(stream.next()).contains("\"message\":1,");
        }
    }

    @Test
    void anIdThatIsAheadOfTheTopicIsAGapAndThenWhatComes() {
        Position at = hub.app().topic("a").publish("1").position();
        Position future = new Position(at.epoch(), 99, at.tag());
        try (EventStream stream =
                hub.stream("topic=a", "Last-Event-ID: " + future).subscribed()) {
            assertThat(stream.next()).startsWith("event: gap\n").contains("\"cause\":\"rewound\"");
            hub.app().topic("a").publish("2");
            assertThat(stream.next()).contains("\"message\":2,");
        }
    }

    @Test
    void whatIsOlderThanHistoryIsAGapWithItsSize() {
        String first = hub.app().topic("a").publish("0").position().toString();
        for (int i = 1; i <= 300; i++) {
            hub.app().topic("a").publish("" + i);
        }
        try (EventStream stream =
                hub.stream("topic=a", "Last-Event-ID: " + first).subscribed()) {
            assertThat(stream.next()).startsWith("event: gap\n").contains("\"cause\":\"truncated\"", "\"missed\":44");
            assertThat(stream.next()).contains("\"message\":45,", "\"missed\":44");
        }
    }

    @Test
    void clientsOfHttp10GetItUnchunkedUntilTheConnectionCloses() {
        hub.app().topic("a").publish(Event.json("1").closing(new CloseReason("done")));
        try (Wire wire = hub.dial()) {
            wire.send("GET /v1/demo/events?topic=a&from=earliest HTTP/1.0\r\n\r\n");

            String all = new String(wire.rest(), StandardCharsets.UTF_8);

            assertThat(all)
                    .doesNotContain("chunked")
                    .contains("\r\n\r\nretry: ")
                    .contains("event: end\n");
        }
    }

    @Test
    void aMebibyteArrivesWhole() {
        String text = "\"" + "é".repeat((1 << 19) - 1) + "\"";
        try (EventStream stream = hub.stream("topic=a").subscribed()) {
            assertThat(hub.post("/v1/demo/topics/a", text).status()).isEqualTo(200);

            assertThat(stream.next()).contains("\"message\":" + text + ",");
        }
    }

    @Test
    void headTellsWhatGetWouldBeWithoutSubscribing() {
        try (Wire wire = hub.dial()) {
            Wire.Response head =
                    wire.request("HEAD", "/v1/demo/events?topic=a", "").response(true);

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Type")).isEqualTo("text/event-stream");
        }
    }
}
