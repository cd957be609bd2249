package dev.fanfare.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.server.Hub;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Runs each example and reads what it prints.
final class ExamplesTest {
    @Test
    void ordersPrintsTheTopicsEventsAndItsEnd() throws Exception {
        assertThat(printed(() -> Orders.main(new String[0])))
                .isEqualTo(
                        "created {\"total\":12}\nchanged {\"total\":15}\nsent {\"carrier\":\"mail\"}\nover: complete\n");
    }

    @Test
    void importJobFailsAndIsCompleteAtTheNextAttempt() throws Exception {
        assertThat(printed(() -> ImportJob.main(new String[0])))
                .isEqualTo("attempt 1: FAILED, NumberFormatException: For input string: \"?\"\nattempt 2: COMPLETE\n");
    }

    @Test
    void embeddedHubSharesItsTopicsWithTheProgram() throws Exception {
        assertThat(printed(() -> EmbeddedHub.main(new String[0]))).isEqualTo("true\n200\n");
    }

    @Test
    void remoteWorkerReportsToAHub() throws Exception {
        try (Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create());
                Hub hub = Hub.on(broadcaster).port(0).start()) {
            assertThat(printed(() -> RemoteWorker.main(new String[] {hub.uri()})))
                    .isEqualTo("print-7 COMPLETE at chapter 1\n");
            assertThat(broadcaster.app("press").jobs().state("print-7")).isPresent();
        }
    }

    private static String printed(Program program) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    private interface Program {
        void run() throws Exception;
    }
}
