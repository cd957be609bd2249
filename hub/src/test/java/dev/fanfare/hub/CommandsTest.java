package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.hub.config.Settings;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.server.Hub;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.Json;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each command against a hub on a free port; each test uses names of its own.
final class CommandsTest {
    private static Broadcaster broadcaster;
    private static Hub hub;

    @TempDir
    Path folder;

    @BeforeAll
    static void startHub() {
        broadcaster = Broadcaster.on(MemoryBackend.create());
        hub = Hub.on(broadcaster).port(0).start();
        warmUp();
    }

    /// On a busy machine the first stream can take longer than a client waits, while classes are loaded on both sides.
    private static void warmUp() {
        broadcaster.app("default").topic("warm").publish(Event.text("up").closing(CloseReason.COMPLETE));
        TestShell shell = new TestShell(Path.of("")).with("FANFARE_URL", hub.uri());
        while (shell.run("sub", "warm", "--from", "earliest").code() != 0) {
            // until both are awake
        }
    }

    @AfterAll
    static void closeHub() {
        hub.close();
        broadcaster.close();
    }

    @Test
    void pubStoresTheMessageAndPrintsItsPosition() {
        Ran ran = run("pub", "orders/1", "{ \"total\": 12 }", "--event", "created");

        assertThat(ran)
                .isEqualTo(
                        new Ran(0, app().topic("orders/1").state().orElseThrow().position() + "  memory", ""));
        assertThat(app().topic("orders/1").history(Position.NONE, 10).events())
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.message()).isEqualTo("{\"total\":12}");
                    assertThat(event.eventName()).contains("created");
                });
    }

    @Test
    void pubPrintsJsonThatTellsOfADuplicate() {
        run("pub", "orders/2", "1", "--key", "k");
        Ran ran = run("pub", "orders/2", "1", "--key", "k", "--output", "json");

        Json.minify(Bytes.utf8(ran.out()));
        assertThat(ran.out())
                .startsWith("{\"topic\":\"orders/2\",\"position\":\"")
                .endsWith("\"durability\":\"memory\",\"duplicate\":true}");
    }

    @Test
    void pubWithoutAMessagePublishesEachLineOfTheInput() {
        Ran ran = shell().input("one\ntwo\n").run("pub", "lines", "--text");

        assertThat(ran.code()).isZero();
        assertThat(app().topic("lines").history(Position.NONE, 10).events())
                .extracting(event -> event.message())
                .containsExactly("\"one\"", "\"two\"");
    }

    @Test
    void pubOfWhatIsNoJsonIsRefusedWithTheFlagThatHelps() {
        Ran ran = run("pub", "orders/3", "hi");

        assertThat(ran.code()).isEqualTo(65);
        assertThat(ran.err())
                .contains("is not JSON")
                .endsWith("; --text publishes it as text")
                .hasLineCount(1);
    }

    @Test
    void pubToAClosedTopicIsRefusedWithTheCodeOfTheProtocol() {
        run("pub", "closed", "1", "--close", "sold out");
        Ran ran = run("pub", "closed", "2");

        assertThat(ran.code()).isEqualTo(65);
        assertThat(ran.err()).contains("sold out").endsWith("(topic_closed)");
    }

    @Test
    void subPrintsWhatIsPublishedAndEndsWithItsTopics() {
        run("pub", "sub/1", "{\"a\":1}", "--event", "made");
        run("pub", "sub/1", "2", "--close", "done");

        Ran ran = run("sub", "sub/1", "--from", "earliest");

        assertThat(ran.code()).isZero();
        assertThat(ran.out().lines()).hasSize(3);
        assertThat(ran.out())
                .contains("  sub/1  made  {\"a\":1}\n")
                .contains("  sub/1  2")
                .endsWith("end: sub/1 is over (done)");
    }

    @Test
    void subPrintsTheProtocolsJsonAndEndsAfterTheCount() {
        run("pub", "count/1", "1");
        run("pub", "count/1", "2");

        Ran ran = run("sub", "count/*", "--from", "earliest", "--count", "1", "--output", "json");

        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .startsWith("{\"type\":\"event\",\"topic\":\"count/1\"")
                .contains("\"message\":1,")
                .hasLineCount(1);
    }

    @Test
    void subShowsForeignTextWithoutWhatMovesTheCursor() {
        app().topic("escape").publish("\"\\u001b[2J \\u202e\"");

        Ran ran = run("sub", "escape", "--from", "earliest", "--count", "1");

        assertThat(ran.out()).doesNotContain("\u001b").doesNotContain("\u202e");
    }

    @Test
    void aScriptReportsAJobFromStartToEnd() {
        assertThat(run("job", "start", "build/1").out()).isEqualTo("build/1  processing ? %");
        assertThat(run("job", "step", "build/1", "2/5", "--message", "linking").out())
                .isEqualTo("build/1  processing 40 %  linking");
        assertThat(run("job", "step", "build/1", "60%").out()).isEqualTo("build/1  processing 60 %  linking");
        assertThat(run("job", "done", "build/1", "--results", "{\"files\":7}").out())
                .isEqualTo("build/1  complete  linking");

        Ran late = run("job", "step", "build/1", "0.7");
        assertThat(late.code()).isEqualTo(65);
        assertThat(late.err()).endsWith("(job_ended)").hasLineCount(1);
        assertThat(app().jobs().state("build/1").orElseThrow().results()).contains("{\"files\":7}");
    }

    @Test
    void jobRetryBeginsTheNextAttempt() {
        run("job", "fail", "retry/1", "disk full");
        run("job", "retry", "retry/1");

        assertThat(app().jobs().state("retry/1").orElseThrow().attempt()).isEqualTo(2);
        assertThat(run("job", "retry", "unknown").err()).endsWith("(unknown_job)");
    }

    @ParameterizedTest
    @CsvSource({"done, 0, complete", "fail, 1, failed", "cancel, 2, cancelled"})
    void jobWatchExitsWithWhatHasBecomeOfTheJob(String end, int code, String word) {
        run("job", end, "watch/" + end);

        Ran ran = run("job", "watch", "watch/" + end);

        assertThat(ran).isEqualTo(new Ran(code, "watch/" + end + "  " + word, ""));
    }

    @Test
    void jobWatchTellsOfAJobThatWasDropped() {
        app().jobs().start("dropped");

        Ran ran = shell().whenPrinted(() -> app().jobs().drop("dropped"))
                .run("job", "watch", "dropped", "--output", "json");

        assertThat(ran.code()).isEqualTo(4);
    }

    @Test
    void jobWatchDrawsABarThatEndsAsOneLineOnATerminal() {
        run("job", "step", "bar", "0.5", "--message", "half");
        run("job", "done", "bar");

        Ran ran = shell().interactive().run("job", "watch", "bar");
        Ran plain = shell().interactive().with("NO_COLOR", "1").run("job", "watch", "bar");

        assertThat(ran.out()).contains("\u001b[32m✔ complete  half\u001b[0m");
        assertThat(plain.out()).contains("✔ complete  half").doesNotContainPattern("\u001b\\[[0-9;]*m");
    }

    @ParameterizedTest
    @CsvSource({
        "'pub a//b 1', 65, (bad_topic)",
        "'pub open 1 --event end', 65, (bad_event_name)",
        "'pub open 1 --app a/b', 64, --app is \"a/b\"",
        "'job step x 1.5', 65, (bad_progress)",
        "'job step x half', 64, 'as 0.4, 40% or 2/5'",
        "'sub', 64, name a topic",
        "'sub x --from nowhere', 64, 'live, earliest, snapshot or a position'",
        "'sub x --count 0', 64, a number from 1",
        "'pub', 64, TOPIC",
        "'pubb x', 64, did you mean pub?",
        "'pub x 1 --evnet y', 64, did you mean --event?",
        "'bench --connections 0', 64, from 1 to 20000",
        "'bench --transport tcp', 64, 'sse, ws or both'",
        "'completion fish', 64, bash or zsh",
        "'install', 64, checkout",
        "'demo missing-folder', 66, not a folder",
        "'serve --host 0.0.0.0', 78, no authentication yet",
        "'serve --host 203.0.113.1', 78, no authentication yet",
        "'serve --keep.idle-topics 1m', 78, must not be shorter than history.age",
        "'serve --prot 1', 64, did you mean --port?"
    })
    void whatCannotBeDoneIsSaidInOneLineWithItsExitCode(String line, int code, String said) {
        Ran ran = run(line.split(" ", -1));

        assertThat(ran.code()).isEqualTo(code);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("fanfare: ").contains(said);
        assertThat(ran.err().lines().count()).isLessThanOrEqualTo(2);
        assertThat(ran.err()).doesNotContain("Exception");
    }

    @Test
    void aHubThatIsNotThereIsUnavailable() throws IOException {
        int nobody = freePort();
        Ran ran = new TestShell(folder).run("pub", "x", "1", "--port", String.valueOf(nobody));

        assertThat(ran.code()).isEqualTo(69);
        assertThat(ran.err()).contains("127.0.0.1:" + nobody).hasLineCount(1);
    }

    @Test
    void aPortInUseIsSaidInOneLine() {
        Ran ran = new TestShell(folder).run("serve", "--port", String.valueOf(hub.port()));

        assertThat(ran.code()).isEqualTo(69);
        assertThat(ran.err())
                .contains(String.valueOf(hub.port()))
                .contains("in use")
                .hasLineCount(1);
    }

    @Test
    void configShowsValuesAndTheirOrigin() {
        Ran ran = new TestShell(folder).with("FANFARE_LIMITS_BODY", "2MiB").run("config", "--port", "9000");

        assertThat(ran.out())
                .containsPattern("port +9000 +--port\n")
                .containsPattern("limits.body +2MiB +FANFARE_LIMITS_BODY\n");
        assertThat(ran.out().lines()).hasSameSizeAs(Settings.ALL);
        Ran json = new TestShell(folder).run("config", "--output", "json");
        Json.minify(Bytes.utf8(json.out()));
        assertThat(json.out()).contains("\"port\":{\"value\":\"7780\",\"origin\":\"default\"}");
    }

    @Test
    void completionKnowsCommandsAndOptions() {
        String script = run("completion", "bash").out();

        assertThat(script)
                .contains("watch")
                .contains("--full-speed")
                .contains("--snapshot")
                .doesNotContain("demo-worker");
    }

    @Test
    void helpListsEveryCommandButTheHiddenOnes() {
        List<String> hidden = List.of(DemoProcess.WORKER, RehearseCommand.NAME);
        String help = run("--help").out();

        assertThat(Commands.BY_NAME.keySet())
                .filteredOn(name -> !hidden.contains(name))
                .allSatisfy(name -> assertThat(help).contains("  " + name.split(" ", -1)[0] + " "));
        assertThat(help).doesNotContain(hidden);
        assertThat(run("--version").out()).startsWith("fanfare ");
        assertThat(run().code()).isEqualTo(64);
    }

    @Test
    void benchMeasuresBothTransportsWithoutLoss() {
        Ran ran = run("bench", "--connections", "20", "--duration", "1", "--output", "json");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out().lines()).hasSize(2).allSatisfy(line -> {
            Json.minify(Bytes.utf8(line));
            assertThat(line)
                    .contains("\"events\":100,\"delivered\":2000,\"lost\":0,\"closed_connections\":0")
                    .contains("\"p99\":");
        });
    }

    @Test
    void theRehearsalDoesWhatItSays() throws IOException {
        Files.writeString(folder.resolve("poem.txt"), "one line\n");
        Ran ran = run("rehearse", folder.toString());

        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("Open http://", "sse: 50 readers", "ws: 50 readers", "none lost");
    }

    private App app() {
        return broadcaster.app("default");
    }

    private TestShell shell() {
        return new TestShell(folder).with("FANFARE_URL", hub.uri());
    }

    private Ran run(String... args) {
        return shell().run(args);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
