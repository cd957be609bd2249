package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.jobs.Jobs;
import dev.fanfare.memory.MemoryBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JobLineTest {
    private final Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create());
    private final Jobs jobs = broadcaster.app("test").jobs();

    @AfterEach
    void close() {
        broadcaster.close();
    }

    @Test
    void aRunningJobHasABarThatIsDrawnToTheEighthOfAColumn() {
        JobUpdate half =
                jobs.update("j", JobChange.progress(0.525).message("half")).update();

        assertThat(new JobLine(Style.PLAIN, 80, 4).of(half)).isEqualTo("j     ██████████▌░░░░░░░░░  52 %  half");
    }

    @Test
    void aNarrowTerminalGetsThePercentageAlone() {
        JobUpdate half = jobs.update("j", JobChange.progress(0.5).message("half of it all, or so it seems"))
                .update();

        assertThat(new JobLine(Style.PLAIN, 30, 4).of(half)).isEqualTo("j      50 %  half of it all, …");
    }

    @Test
    void anEndedJobSaysWhatBecameOfIt() {
        JobLine line = new JobLine(Style.PLAIN, 80, 1);

        assertThat(line.of(jobs.complete("a").update())).isEqualTo("a  ✔ complete");
        assertThat(line.of(jobs.fail("b", "disk full").update())).isEqualTo("b  ✘ failed  disk full");
        assertThat(line.of(jobs.cancel("c").update())).isEqualTo("c  – cancelled");
        assertThat(line.of(jobs.update("d", JobChange.none()).update())).isEqualTo("d  · waiting");
        assertThat(line.of(
                        jobs.update("e", JobChange.status(JobStatus.PROCESSING)).update()))
                .contains("? %");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 20, 30, 49, 50, 80, 200})
    void noLineIsWiderThanTheTerminal(int width) {
        JobUpdate wide = jobs.update("名前/日本語", JobChange.progress(0.3).message("進捗 ".repeat(40)))
                .update();
        JobUpdate over = jobs.fail("long", "e".repeat(500)).update();

        JobLine line = new JobLine(Style.PLAIN, width, Math.min(12, width / 3));

        assertThat(Columns.of(line.of(wide))).isLessThanOrEqualTo(width);
        assertThat(Columns.of(line.of(over))).isLessThanOrEqualTo(width);
    }

    @Test
    void whatWouldMoveTheCursorIsEscaped() {
        JobUpdate nasty =
                jobs.update("j", JobChange.progress(0.5).message("a\u202eb")).update();

        assertThat(new JobLine(Style.PLAIN, 80, 4).of(nasty)).endsWith("a\\u202eb");
    }
}
