package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.HubOptions;
import dev.fanfare.testbed.HubProcess;
import dev.fanfare.testbed.HubProcess.Answer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// R07, and R25 as a hub's users see it: the store is away. Nothing hangs, streams stay and say so, and all is well
/// again without a hand.
@ExtendWith(ThreadLeaks.class)
@Timeout(120)
class StoreOutageTest {
    /// What a busy machine may add to any time.
    private static final Duration SLACK = Duration.ofMillis(1_500);

    private static final Duration ANSWER = Duration.ofSeconds(2).plus(SLACK);
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
                HubProcess hub =
                        HubProcess.start(folder, HubOptions.on(store.uri(0)).with("timing.heartbeat", "1s"));
                EventLines stream = EventLines.of(hub.uri(), "orders")) {
            assertThat(publish(hub).statusCode()).isEqualTo(200);
            stream.await("data: {\"type\":\"event\"", FaultRun.PATIENCE);
            AutoCloseable over = outage.begin(store);
            try {
                assertAway(hub, stream);
            } finally {
                over.close();
            }
            assertHealed(hub, stream);
        } finally {
            FaultRun.close(http);
        }
    }

    private void assertAway(HubProcess hub, EventLines stream) throws Exception {
        long begin = System.nanoTime();
        HttpResponse<String> refused = publish(hub);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ANSWER);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("\"code\":\"store_unavailable\"");

        hub.await("not ready", RED, () -> hub.probe("/readyz").status() == 503);
        Answer notReady = hub.probe("/readyz");
        assertThat(notReady.body()).contains("the store is away: ").doesNotContain("the store is away: \"");
        assertThat(hub.probe("/livez").status()).isEqualTo(200);
        stream.await("event: degraded", RED);
        stream.awaitHeartbeat(BEAT);
        stream.awaitHeartbeat(BEAT);
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
        URI topic = hub.uri().resolve("/v1/" + FaultRun.APP + "/topics/orders");
        HttpRequest request = HttpRequest.newBuilder(topic)
                .POST(HttpRequest.BodyPublishers.ofString("1"))
                .timeout(FaultRun.PATIENCE)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
