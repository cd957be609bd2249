package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Position;
import dev.fanfare.client.HubClient;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.HubOptions;
import dev.fanfare.testbed.HubProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// R18: a reader was away for longer than history lasts, or comes with an id that this hub has never given. It is told
/// once, with the cause, and gets what there is; nobody who operates the hub need know.
@ExtendWith(ThreadLeaks.class)
@Timeout(300)
class AwayTest {
    private static final int ROUNDS = Scale.rounds(1, 50);
    private static final int KEPT = 10;
    private static final Pattern LOUD = Pattern.compile(" (warning|error) [\\w.]+: ");

    @TempDir
    Path folder;

    static List<TestStore.Kind> all() {
        return TestStore.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void whoeverWasAwayTooLongOrNeverHereIsToldOnceAndGoesOn(TestStore.Kind kind) throws Exception {
        try (TestStore store = kind.open(folder);
                HubProcess hub =
                        HubProcess.start(folder, HubOptions.on(store.uri(0)).with("history.events", "" + KEPT));
                HubClient client = FaultRun.client(hub.uri())) {
            int printed = hub.output().length();
            for (int i = 0; i < ROUNDS; i++) {
                Visit visit = new Visit(hub, client.app(FaultRun.APP), "orders/" + i);
                Position first = visit.publish("first");
                for (int event = 0; event < KEPT; event++) {
                    visit.publish("event " + event);
                }
                Position last = visit.publish("last");
                visit.comeBack(first.toString(), "truncated", true);
                visit.comeBack(new Position(last.epoch() ^ 1, last.offset(), last.tag()).toString(), "epoch", true);
                visit.comeBack("no id at all", "unknown_position", true);
                visit.comeBack("x".repeat(4096), "unknown_position", true);
                visit.comeBack(new Position(last.epoch(), 99_999, last.tag()).toString(), "rewound", false);
            }
            assertThat(hub.output().substring(printed)).doesNotContainPattern(LOUD);
        }
    }

    /// Somebody who reads a topic with an id from somewhere.
    private record Visit(HubProcess hub, App app, String topic) {
        Position publish(String message) {
            return app.topic(topic).publish("\"" + message + "\"").position();
        }

        /// @param survivors whether the reader is given what history has
        void comeBack(String id, String cause, boolean survivors) throws Exception {
            try (EventLines stream = EventLines.of(hub.uri(), topic, id)) {
                String news = "news for one with " + cause;
                publish(news);
                List<String> lines = stream.upTo(news, FaultRun.PATIENCE);
                assertThat(lines)
                        .filteredOn(line -> line.startsWith("event: gap"))
                        .hasSize(1);
                assertThat(lines)
                        .filteredOn(line -> line.contains("\"type\":\"gap\""))
                        .singleElement()
                        .asString()
                        .contains("\"cause\":\"" + cause + "\"");
                assertThat(lines.stream().anyMatch(line -> line.contains("event " + (KEPT - 1))))
                        .isEqualTo(survivors);
            }
        }
    }
}
