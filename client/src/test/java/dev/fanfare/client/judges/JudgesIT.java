package dev.fanfare.client.judges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.client.FaultProxy.Cut;
import dev.fanfare.client.judges.Verdict.Read;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.server.Hub;
import dev.fanfare.server.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// 500 generated streams, of one topic and of several, cut at random bytes and resumed, are read back as they were
/// published by five clients that others wrote.
///
/// Needs Node, npm and Chromium. `-Dfanfare.seed=…` repeats a run.
@Timeout(180)
final class JudgesIT {
    private static final int STREAMS = Integer.getInteger("fanfare.streams", 500);
    private static final long SEED = Long.getLong("fanfare.seed", new Random().nextLong());
    private static final long SECONDS = Integer.getInteger("fanfare.seconds", 120);
    private static final List<Cut> ANY = List.of(Cut.values());

    private static Broadcaster broadcaster;
    private static Hub hub;

    @BeforeAll
    static void open() throws Exception {
        System.out.println("streams are generated and cut with -Dfanfare.seed=" + SEED);
        NodeJudge.install();
        broadcaster = Broadcaster.on(MemoryBackend.create());
        hub = Hub.on(broadcaster)
                .port(0)
                .timing(Timing.DEFAULT.withRetry(Duration.ofMillis(20)))
                .start();
    }

    @AfterAll
    static void close() {
        hub.close();
        broadcaster.close();
    }

    @Test
    void chromium() throws Exception {
        judgedInNode("chromium", 24, ANY); // six connections to each of four addresses
    }

    @Test
    void eventsource() throws Exception {
        judgedInNode("eventsource", 64, ANY);
    }

    @Test
    void undici() throws Exception {
        judgedInNode("undici", 64, List.of(Cut.END)); // a broken connection it takes for one that is silent
    }

    @Test
    void launchDarkly() throws Exception {
        judgedInNode("launchdarkly", 64, ANY);
    }

    @Test
    void okHttp() throws Exception {
        try (Court court = new Court(broadcaster, hub, "okhttp", STREAMS, SEED, ANY);
                OkHttpJudge judge = new OkHttpJudge()) {
            verdict(court, judge.read(court.tasks(), SECONDS));
        }
    }

    private static void judgedInNode(String judge, int atOnce, List<Cut> cuts) throws Exception {
        try (Court court = new Court(broadcaster, hub, judge, STREAMS, SEED, cuts)) {
            String page = "http://127.0.0.1:" + hub.port() + "/livez";
            verdict(court, NodeJudge.read(judge, page, court.tasks(), atOnce, SECONDS));
        }
    }

    private static void verdict(Court court, Map<String, List<Read>> results) throws Exception {
        court.judge(results);
        assertThat(court.cuts()).as("cuts").isGreaterThan(STREAMS);
    }
}
