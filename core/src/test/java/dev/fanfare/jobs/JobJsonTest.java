package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.spi.Bytes;
import java.time.Instant;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobJsonTest {
    private static final JobState STATE = new JobState(
            JobStatus.PROCESSING, OptionalDouble.of(0.5), "half", Bytes.utf8("{ \"rows\" : 21.0 }"), null, 2);

    @Test
    void aStateIsWrittenWithAllFieldsAndTheAttemptLast() {
        assertThat(STATE.json().utf8())
                .isEqualTo("{\"status\":\"processing\",\"progress\":0.5,\"message\":\"half\","
                        + "\"results\":{\"rows\":21.0},\"error\":null,\"attempt\":2}");
    }

    @Test
    void unknownProgressIsNullAndWholeProgressIsAWholeNumber() {
        assertThat(JobState.fresh(JobStatus.PENDING, OptionalDouble.empty(), 1)
                        .json()
                        .utf8())
                .contains("\"progress\":null,");
        assertThat(JobState.fresh(JobStatus.COMPLETE, OptionalDouble.of(1), 1)
                        .json()
                        .utf8())
                .contains("\"progress\":1,");
        assertThat(JobState.fresh(JobStatus.PENDING, OptionalDouble.of(-0.0), 1)
                        .json()
                        .utf8())
                .contains("\"progress\":0,");
    }

    @Test
    void anUpdateIsWrittenAsTheProtocolHasIt() {
        JobUpdate update = new JobUpdate(
                "import-42", STATE, Instant.parse("2026-11-21T10:00:00Z"), new Position(36, 7, 0x0a1b2c3d), true, 3);

        assertThat(update.json().utf8())
                .isEqualTo("{\"type\":\"job\",\"job_id\":\"import-42\",\"status\":\"processing\",\"progress\":0.5,"
                        + "\"message\":\"half\",\"results\":{\"rows\":21.0},\"error\":null,"
                        + "\"timestamp\":\"2026-11-21T10:00:00.000Z\",\"attempt\":2,\"position\":\"10-7-0a1b2c3d\","
                        + "\"snapshot\":true,\"conflated\":3}");
    }

    @Test
    void anUpdateWithFieldsOfALaterVersionIsRead() {
        JobUpdate update = new JobUpdate("a", STATE, Instant.EPOCH, new Position(1, 1, 1));
        String later = update.json().utf8().replace("{\"type\"", "{\"owner\":{\"id\":7},\"type\"");

        assertThat(JobUpdate.parse(Bytes.utf8(later))).isEqualTo(update);
    }

    @Test
    void whiteSpaceInAChangeIsPassedOver() {
        assertThat(JobChange.parse(Bytes.utf8(" { \"progress\" : 0.5 ,\n \"results\" : [ 1 , 2 ] } ")))
                .isEqualTo(JobChange.progress(0.5).results("[1,2]"));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                | bad_json      | empty",
                "[]                                | bad_json      | JSON object",
                "0.5                               | bad_json      | JSON object",
                "{\"progress\":0.5                 | bad_json      | not JSON",
                "{\"progress\":0.5}{}              | bad_json      | more than one",
                "{\"progress\":NaN}                | bad_json      | not JSON",
                "{\"progress\":1,\"progress\":0}   | bad_json      | twice",
                "{\"message\":null,\"message\":1}  | bad_json      | twice",
                "{\"progress\":1.5}                | bad_progress  | 1.5",
                "{\"progress\":-1}                 | bad_progress  | -1",
                "{\"progress\":1e999}              | bad_progress  | Infinity",
                "{\"progress\":\"NaN\"}            | bad_progress  | NaN",
                "{\"progress\":\"0.5\"}            | bad_progress  | number",
                "{\"progress\":true}               | bad_progress  | true",
                "{\"status\":\"done\"}             | bad_status    | done",
                "{\"status\":\"COMPLETE\"}         | bad_status    | COMPLETE",
                "{\"status\":7}                    | bad_status    | string",
                "{\"status\":null}                 | bad_status    | null",
                "{\"message\":7}                   | bad_json      | message",
                "{\"message\":{}}                  | bad_json      | message",
                "{\"error\":[]}                    | bad_json      | error",
                "{\"attempt\":1.5}                 | bad_json      | whole number",
                "{\"attempt\":\"1\"}               | bad_json      | whole number",
                "{\"attempt\":99999999999}         | bad_json      | whole number",
                "{\"attempt\":null}                | bad_json      | whole number",
                "{\"attempt\":0}                   | bad_parameter | attempt",
                "{\"percent\":50}                  | unknown_field | percent",
                "{\"timestamp\":\"\"}              | unknown_field | timestamp",
                "{\"progres\":0.5}                 | unknown_field | did you mean progress?",
                "{\"Status\":\"complete\"}         | unknown_field | did you mean status?",
                "{\"\":0}                          | unknown_field | a job has status",
                "{\"message\":\"\\ud83d\"}         | bad_utf8      | surrogate",
            })
    void aMalformedChangeIsRefusedWithItsCode(String json, String code, String says) {
        assertThatThrownBy(() -> JobChange.parse(Bytes.utf8(json)))
                .isInstanceOfSatisfying(
                        InvalidValueException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(says);
    }

    @Test
    void invalidUtf8IsRefused() {
        byte[] json = "{\"message\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        json[12] = (byte) 0xC3;

        assertThatThrownBy(() -> JobChange.parse(Bytes.copyOf(json)))
                .isInstanceOfSatisfying(
                        InvalidValueException.class, e -> assertThat(e.code()).isEqualTo("bad_utf8"));
    }

    @Test
    void aStateWithoutAFieldIsRefused() {
        assertThatThrownBy(() -> JobState.parse(Bytes.utf8("{\"status\":\"pending\"}")))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("attempt must be a whole number");
    }
}
