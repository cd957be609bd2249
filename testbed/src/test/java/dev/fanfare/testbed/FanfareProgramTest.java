package dev.fanfare.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FanfareProgramTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void aProgramThatSaysNothingFailsTheWaitInTimeWithWhatItHasPrinted() throws Exception {
        try (FanfareProgram program = start(SHORT, "echo one; echo two; exec sleep 60")) {
            assertThat(program.line()).isEqualTo("one");
            assertThatThrownBy(() -> program.lineWith("three"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("PT0.3S")
                    .hasMessageEndingWith("one\ntwo\n");
        }
    }

    @Test
    void aProgramThatSaysOnlyOtherThingsFailsTheWaitToo() throws Exception {
        try (FanfareProgram program = start(SHORT, "while echo other; do sleep 0.01; done")) {
            assertThatThrownBy(() -> program.lineWith("awaited")).hasMessageContaining("PT0.3S");
        }
    }

    @Test
    void aProgramThatEndsFailsTheWaitWithWhatItHasPrinted() throws Exception {
        try (FanfareProgram program = start(LONG, "echo one; echo two")) {
            assertThatThrownBy(() -> program.lineWith("three")).hasMessageEndingWith("one\ntwo\n");
        }
    }

    @Test
    void theRestIsWhatHasNotBeenRead() throws Exception {
        try (FanfareProgram program = start(LONG, "echo one; echo two; echo three")) {
            assertThat(program.lineWith("n")).isEqualTo("one");
            assertThat(program.rest()).isEqualTo("two\nthree\n");
            assertThat(program.exitCode()).isZero();
        }
    }

    private FanfareProgram start(Duration patience, String script) throws Exception {
        return FanfareProgram.start(folder, patience, List.of("sh", "-c", script));
    }
}
