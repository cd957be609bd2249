package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.CloseReason;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.RefusedException;
import dev.fanfare.spi.Bytes;
import java.time.Instant;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobRulesTest {
    /// Each change is what a publisher posts; `-` stands for null, or for no job before.
    @ParameterizedTest(name = "{0} after {1} is {2} at {3}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // a new job
                "{}                                        | -             | pending    | -",
                "{'message':'queued'}                      | -             | pending    | -",
                "{'progress':0.5}                          | -             | processing | 0.5",
                "{'progress':null}                         | -             | processing | -",
                "{'status':'processing'}                   | -             | processing | -",
                "{'status':'pending','progress':0.5}       | -             | pending    | 0.5",
                "{'status':'complete'}                     | -             | complete   | 1.0",
                "{'status':'failed'}                       | -             | failed     | -",
                // progress
                "{'progress':0.5}                          | pending 0     | processing | 0.5",
                "{'progress':0.5}                          | processing .2 | processing | 0.5",
                "{'progress':0.1}                          | processing .2 | processing | 0.2",
                "{'progress':null}                         | processing .2 | processing | -",
                "{'progress':0.1}                          | processing -  | processing | 0.1",
                "{'message':'on'}                          | processing .2 | processing | 0.2",
                "{'progress':0.5}                          | pending .8    | processing | 0.8",
                // a status that is named is taken
                "{'status':'pending'}                      | processing .2 | pending    | 0.2",
                "{'status':'pending','progress':0.5}       | processing .2 | pending    | 0.5",
                // the end
                "{'status':'complete'}                     | processing .2 | complete   | 1.0",
                "{'status':'complete','progress':0.7}      | processing .2 | complete   | 0.7",
                "{'status':'complete','progress':null}     | processing .2 | complete   | -",
                "{'status':'failed'}                       | processing .2 | failed     | 0.2",
                "{'status':'cancelled'}                    | pending 0     | cancelled  | 0.0",
                // the same end again
                "{'status':'complete'}                     | complete 1    | complete   | 1.0",
                "{'status':'complete'}                     | complete .7   | complete   | 0.7",
                "{'status':'complete','progress':0.5}      | complete 1    | complete   | 1.0",
                "{'status':'failed','message':null}        | failed .2     | failed     | 0.2",
                // the next attempt
                "{'attempt':2}                             | failed .2     | processing | 0.0",
                "{'attempt':2,'progress':0.1}              | complete 1    | processing | 0.1",
                "{'attempt':2,'status':'pending'}          | cancelled .5  | pending    | 0.0",
                "{'attempt':2,'status':'complete'}         | failed .2     | complete   | 1.0",
                "{'attempt':1,'progress':0.3}              | processing .2 | processing | 0.3",
            })
    void aChangeIsMerged(String change, String before, String status, Double progress) {
        JobState after = JobRules.apply(before == null ? null : last(before), change(change));

        assertThat(after.status()).isEqualTo(JobStatus.parse(status));
        assertThat(after.progress()).isEqualTo(progress(progress));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'progress':1}",
                "{'message':'late'}",
                "{'status':'processing'}",
                "{'status':'failed'}",
                "{'status':'complete','message':'late'}",
                "{'status':'complete','results':2}",
                "{'status':'complete','progress':null}",
                "{'attempt':1,'progress':1}",
            })
    void afterTheEndAnythingElseIsRefusedWithTheLastUpdate(String change) {
        JobUpdate end = last("complete 1");

        JobEndedException refused =
                catchThrowableOfType(JobEndedException.class, () -> JobRules.apply(end, change(change)));

        assertThat(refused.last()).isEqualTo(end);
        assertThat(refused.code()).isEqualTo("job_ended");
        assertThat(refused).hasMessageContaining("\"import-42\"").hasMessageContaining("attempt 2");
    }

    @ParameterizedTest
    @EnumSource(JobStatus.class)
    void aChangeFromAnEarlierAttemptIsStale(JobStatus status) {
        JobUpdate second = new JobUpdate(
                "import-42", JobState.fresh(status, OptionalDouble.of(0.1), 2), Instant.EPOCH, new Position(1, 1, 1));

        StaleAttemptException refused = catchThrowableOfType(
                StaleAttemptException.class,
                () -> JobRules.apply(second, JobChange.progress(0.9).attempt(1)));

        assertThat(refused.code()).isEqualTo("stale_attempt");
        assertThat(refused.now()).isEqualTo(second);
    }

    @ParameterizedTest
    @CsvSource({"pending 0, 2", "processing .2, 2", "processing .2, 7", "failed .2, 3"})
    void anAttemptBeginsOnlyAfterTheOneBeforeHasEnded(String before, int attempt) {
        assertThatThrownBy(() -> JobRules.apply(last(before), JobChange.none().attempt(attempt)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("attempt " + attempt);
    }

    @Test
    void aJobThatIsNotKnownBeginsWithTheAttemptThatItsFirstChangeNames() {
        JobState state = JobRules.apply(null, JobChange.progress(0.4).attempt(3));

        assertThat(state.attempt()).isEqualTo(3);
        assertThat(state.progress()).hasValue(0.4);
    }

    @Test
    void whatAChangeDoesNotNameKeepsItsValueAndNullClearsIt() {
        JobState full = JobRules.apply(
                null,
                JobChange.progress(0.5).message("half").results("{\"rows\":21}").error("one row was bad"));
        JobUpdate before = update(full);

        JobState kept = JobRules.apply(before, JobChange.progress(0.6));
        assertThat(kept.message()).isEqualTo("half");
        assertThat(kept.results()).isEqualTo(Bytes.utf8("{\"rows\":21}"));
        assertThat(kept.error()).isEqualTo("one row was bad");

        JobState cleared = JobRules.apply(before, change("{'message':null,'results':null,'error':null}"));
        assertThat(cleared).isEqualTo(new JobState(JobStatus.PROCESSING, OptionalDouble.of(0.5), null, null, null, 1));
    }

    @Test
    void theNextAttemptKeepsNothingOfTheOneBefore() {
        JobState failed =
                new JobState(JobStatus.FAILED, OptionalDouble.of(0.9), "row 9", Bytes.utf8("[9]"), "disk full", 1);

        assertThat(JobRules.apply(update(failed), JobChange.none().attempt(2)))
                .isEqualTo(JobState.fresh(JobStatus.PROCESSING, OptionalDouble.of(0), 2));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.000001, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void progressOutsideOfZeroToOneIsRefused(double progress) {
        assertThatThrownBy(() -> JobChange.progress(progress))
                .isInstanceOfSatisfying(
                        InvalidValueException.class, e -> assertThat(e.code()).isEqualTo("bad_progress"))
                .hasMessageContaining(String.valueOf(progress));
    }

    @Test
    void aMessageLongerThanItsLimitIsRefused() {
        String longest = "ä".repeat(JobText.MAX_BYTES / 2);

        assertThat(JobChange.none().message(longest).has(JobField.MESSAGE)).isTrue();
        assertThatThrownBy(() -> JobChange.none().message(longest + "a"))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.code()).isEqualTo("body_too_large"));
    }

    @Test
    void halfACharacterIsRefusedInAChangeAndMendedForAWorker() {
        assertThatThrownBy(() -> JobChange.none().message("half \ud83d"))
                .isInstanceOfSatisfying(
                        InvalidValueException.class, e -> assertThat(e.code()).isEqualTo("bad_utf8"));
        assertThat(JobText.fit("half \ud83d")).isEqualTo("half \ufffd");
        assertThat(JobText.fit("\ud83d\ude00".repeat(JobText.MAX_BYTES)))
                .satisfies(text -> assertThat(JobText.require("message", text)).endsWith("…"));
    }

    @Test
    void onlyTerminalStatusesHaveACloseReason() {
        assertThat(JobStatus.COMPLETE.closeReason()).isEqualTo(CloseReason.COMPLETE);
        assertThat(JobStatus.FAILED.closeReason()).isEqualTo(CloseReason.FAILED);
        assertThat(JobStatus.CANCELLED.closeReason()).isEqualTo(CloseReason.CANCELLED);
        assertThatThrownBy(JobStatus.PENDING::closeReason).isInstanceOf(IllegalStateException.class);
    }

    private static JobChange change(String json) {
        return JobChange.parse(Bytes.utf8(json.replace('\'', '"')));
    }

    private static OptionalDouble progress(Double progress) {
        return progress == null ? OptionalDouble.empty() : OptionalDouble.of(progress);
    }

    private static JobUpdate last(String statusAndProgress) {
        String[] parts = statusAndProgress.split(" ", 2);
        Double progress = parts[1].equals("-") ? null : Double.valueOf(parts[1]);
        return update(JobState.fresh(JobStatus.parse(parts[0]), progress(progress), 1));
    }

    private static JobUpdate update(JobState state) {
        return new JobUpdate("import-42", state, Instant.EPOCH, new Position(1, 1, 1));
    }
}
