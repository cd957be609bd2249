package dev.fanfare.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Delivery.Cause;
import dev.fanfare.Durability;
import dev.fanfare.InvalidValueException;
import dev.fanfare.history.Entry.Saw.Marks;
import dev.fanfare.jobs.JobStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
    private static final Sending SENDING = new Sending("p", Story.topic("bücher/\"1\""), "p-1");
    private static final Connection FIRST = new Connection("r", 1);

    @TempDir
    Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private Path write(List<Entry> entries) {
        Path file = folder.resolve("history.jsonl");
        try (History history = new History(file)) {
            entries.forEach(history::add);
        }
        return file;
    }

    private int run(Path file) {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return Main.run(List.of(file.toString()), out, out);
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyKindOfEntryComesBackAsItWas() throws Exception {
        Marks ofJob = new Marks(true, 3, Optional.of(new JobMark(JobStatus.PROCESSING, OptionalDouble.of(0.25))));
        Marks unknown = new Marks(false, 0, Optional.of(new JobMark(JobStatus.PENDING, OptionalDouble.empty())));
        List<Entry> all = List.of(
                new Entry.Attempted(SENDING, true),
                new Entry.Acked(SENDING, Story.at(1), Durability.FSYNCED, true),
                new Entry.Refused(SENDING, "overloaded"),
                new Entry.Unanswered(SENDING, "cut\nin two lines"),
                new Entry.Connected(FIRST, "shop", Map.of("a", Story.at(3)), List.of("orders/*", "$jobs/**")),
                new Entry.Saw(FIRST, Story.topic("a"), Story.at(4), "p-1", Marks.NONE),
                new Entry.Saw(FIRST, Story.topic("$jobs/1"), Story.at(4), "", ofJob),
                new Entry.Saw(FIRST, Story.topic("$jobs/1"), Story.at(5), "p-2", unknown),
                new Entry.Missed(FIRST, Story.topic("a"), Cause.SLOW, OptionalLong.of(2), Story.at(4), Story.at(6)),
                new Entry.Missed(FIRST, Story.topic("a"), Cause.EPOCH, OptionalLong.empty(), Story.at(4), Story.at(6)),
                new Entry.Ended(FIRST, Story.topic("a"), "sold out", Story.at(7)),
                new Entry.Disconnected(FIRST, "cut"),
                new Entry.InStep(),
                new Entry.TookOver(),
                new Entry.Quiet(),
                new Entry.Found("one", Story.topic("a"), Story.at(7), Optional.of("done"), Optional.of(Story.at(2))),
                new Entry.Found("one", Story.topic("a"), Story.at(7), Optional.empty(), Optional.empty()));

        assertThat(History.read(write(all))).isEqualTo(all);
    }

    @Test
    void aHealthyFileIsJudgedWithZero() {
        assertThat(run(write(new Story()
                        .reads("r", "a")
                        .publishes("a", 2)
                        .sees("r", "a", 1, 2)
                        .isQuiet()
                        .entries())))
                .isZero();
        assertThat(printed()).contains("2 attempts, 2 acknowledged").doesNotContain("broken");
    }

    @Test
    void aFileWithAViolationIsJudgedWithOneAndSaysWhich() {
        assertThat(run(write(new Story()
                        .reads("r", "a")
                        .publishes("a", 2)
                        .sees("r", "a", 2)
                        .entries())))
                .isEqualTo(1);
        assertThat(printed()).contains("I5 shop \"a\", r: 1 events left out");
    }

    @Test
    void aFileThatIsNoneIsRefusedWithTheLine() throws Exception {
        Path file = write(new Story().publishes("a", 1).entries());
        Files.writeString(file, Files.readString(file) + "{\"type\":\"poem\"}\n");

        assertThat(run(file)).isEqualTo(66);
        assertThat(printed()).contains("line 3 is no entry", "poem").hasLineCount(1);
        assertThatThrownBy(() -> History.read(file)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aFileThatIsMissingIsRefused() {
        assertThat(run(folder.resolve("missing.jsonl"))).isEqualTo(66);
        assertThat(printed()).contains("missing.jsonl").hasLineCount(1);
    }

    @Test
    void withoutAFileItSaysHowItIsCalled() {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        assertThat(Main.run(List.of(), out, out)).isEqualTo(64);
        assertThat(printed()).startsWith("usage:");
    }
}
