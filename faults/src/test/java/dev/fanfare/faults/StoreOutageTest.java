package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Interest;
import dev.fanfare.testbed.HubProcess;
import dev.fanfare.testbed.HubProcess.Answer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// R07, R32, and R25 as a hub's users see it: the store is away. Nothing hangs, streams stay and say so, and all is
/// well again without a hand. What is published all the while reaches all who read.
@ExtendWith(ThreadLeaks.class)
@Timeout(300)
class StoreOutageTest {
    private static final int OUTAGES = Scale.rounds(1, 5);
    private static final List<String> TOPICS = List.of("orders/1", "orders/2");
    /// Where what is published is no part of the history.
    private static final String WATCHED = "watched";

    /// What a busy machine may add to any time.
    private static final Duration SLACK = Duration.ofMillis(1_500);

    /// What the way to the hub and back may add to the two seconds after which the hub itself must have answered.
    private static final Duration WAY = Duration.ofMillis(400);

    private static final Duration ANSWER = Duration.ofSeconds(2).plus(WAY);
    private static final Duration RED = Duration.ofSeconds(3).plus(SLACK);
    private static final Duration HEALED = Duration.ofSeconds(5).plus(SLACK);
    private static final Duration BEAT = Duration.ofSeconds(2).plus(SLACK);

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    static Stream<Arguments> outages() {
        return TestStore.durable().stream()
                .flatMap(kind -> Stream.of(Outage.values())
                        .filter(outage -> outage.concerns(kind) && (Scale.isLong() || !outage.isOneSided()))
                        .map(outage -> Arguments.of(kind, outage)));
    }

    @ParameterizedTest
    @MethodSource("outages")
    void isToldAndSurvivedAndMendsItself(TestStore.Kind kind, Outage outage) throws Exception {
        try (TestStore store = kind.open(folder);
                FaultRun run = FaultRun.on(store, 1);
                EventLines stream = EventLines.of(run.hub(0).uri(), WATCHED)) {
            begin(run);
            for (int i = 0; i < OUTAGES; i++) {
                HubProcess hub = run.hub(0);
                assertThat(publish(hub).statusCode()).isEqualTo(200);
                stream.await("data: {\"type\":\"event\"", FaultRun.PATIENCE);
                run.awaitAllReadersLive(FaultRun.PATIENCE);
                AutoCloseable over = outage.begin(store);
                try {
                    assertAway(hub, stream);
                } finally {
                    over.close();
                }
                assertHealed(hub, stream);
            }
            assertThat(run.settle().gapsByCause()).isEmpty();
        } finally {
            FaultRun.close(http);
        }
    }

    private static void begin(FaultRun run) {
        run.readOverClient("client", () -> 0, Interest.in(TOPICS.get(0), TOPICS.get(1)));
        run.readOverSocket("socket", () -> 0, TOPICS);
        run.awaitReaders();
        run.publish("publisher", () -> 0, TOPICS, 1);
    }

    private void assertAway(HubProcess hub, EventLines stream) throws Exception {
        assertRefusedInTime(hub);
        hub.await("not ready", RED, () -> hub.probe("/readyz").status() == 503);
        Answer notReady = hub.probe("/readyz");
        assertThat(notReady.body()).contains("the store is away: ").doesNotContain("the store is away: \"");
        assertThat(hub.probe("/livez").status()).isEqualTo(200);
        stream.await("event: degraded", RED);
        stream.awaitHeartbeat(BEAT);
        assertRefusedInTime(hub);
        stream.awaitHeartbeat(BEAT);
        assertRefusedInTime(hub);
    }

    private void assertRefusedInTime(HubProcess hub) throws Exception {
        long begin = System.nanoTime();
        HttpResponse<String> refused = publish(hub);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ANSWER);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("\"code\":\"store_unavailable\"");
    }

    private void assertHealed(HubProcess hub, EventLines stream) throws Exception {
        hub.await("taking events", HEALED, () -> publishes(hub));
        stream.await("event: recovered", HEALED);
        hub.await("ready", HEALED, () -> hub.probe("/readyz").status() == 200);
        String position = publish(hub).body().replaceAll(".*\"position\":\"([^\"]*)\".*", "$1");
        stream.await("id: " + position, HEALED);
    }

    private boolean publishes(HubProcess hub) {
        try {
            return publish(hub).statusCode() == 200;
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private HttpResponse<String> publish(HubProcess hub) throws Exception {
        URI topic = hub.uri().resolve("/v1/" + FaultRun.APP + "/topics/" + WATCHED);
        HttpRequest request = HttpRequest.newBuilder(topic)
                .POST(HttpRequest.BodyPublishers.ofString("1"))
                .timeout(FaultRun.PATIENCE)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
