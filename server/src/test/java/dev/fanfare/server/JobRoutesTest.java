package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobRoutesTest {
    private final TestHub hub = TestHub.start();

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void anUpdateIsAnsweredWithTheWholeState() {
        assertThat(hub.post("/v1/demo/jobs/import-42", "{\"progress\":0.5,\"message\":\"half\"}")
                        .body())
                .matches("\\{\"type\":\"job\",\"job_id\":\"import-42\",\"status\":\"processing\",\"progress\":0.5,"
                        + "\"message\":\"half\",\"results\":null,\"error\":null,\"timestamp\":\"[^\"]+\",\"attempt\":1,"
                        + "\"position\":\"[^\"]+\",\"durability\":\"memory\"}");
    }

    @Test
    void whatAnUpdateDoesNotNameKeepsItsValue() {
        hub.post("/v1/demo/jobs/a", "{\"message\":\"begun\"}");

        assertThat(hub.post("/v1/demo/jobs/a", "{\"progress\":0.1}").body()).contains("\"message\":\"begun\"");
        assertThat(hub.ask("GET", "/v1/demo/jobs/a").body()).contains("\"progress\":0.1");
    }

    @Test
    void anEndedJobIsRefusedWithItsFinalState() {
        hub.post("/v1/demo/jobs/a", "{\"status\":\"failed\",\"error\":\"no disk\"}");

        Wire.Response answer = hub.post("/v1/demo/jobs/a", "{\"progress\":0.9}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("job_ended");
        assertThat(answer.body()).contains("\"state\":{\"type\":\"job\"", "\"error\":\"no disk\"");
    }

    @Test
    void theSameEndAgainChangesNothing() {
        hub.post("/v1/demo/jobs/a", "{\"status\":\"complete\"}");

        Wire.Response again = hub.post("/v1/demo/jobs/a", "{\"status\":\"complete\"}");

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).endsWith(",\"duplicate\":true}");
    }

    @Test
    void theNextAttemptBeginsAnewAndTheOneBeforeIsStale() {
        hub.post("/v1/demo/jobs/a", "{\"status\":\"failed\"}");

        assertThat(hub.post("/v1/demo/jobs/a", "{\"attempt\":2}").body()).contains("\"attempt\":2");
        assertThat(hub.post("/v1/demo/jobs/a", "{\"attempt\":1,\"progress\":0.2}")
                        .code())
                .isEqualTo("stale_attempt");
    }

    @Test
    void onlyAnExistingJobIsUpdatedWhenAskedSo() {
        Wire.Response answer = hub.post("/v1/demo/jobs/a?existing=true", "{\"progress\":0.2}");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("unknown_job");
    }

    @Test
    void jobsAreListedByStatusPageByPage() {
        hub.post("/v1/demo/jobs/a", "{}");
        hub.post("/v1/demo/jobs/b", "{\"status\":\"complete\"}");
        hub.post("/v1/demo/jobs/c", "{}");

        String first = hub.ask("GET", "/v1/demo/jobs?limit=2").body();
        String next = first.replaceFirst(".*\"next\":\"([^\"]*)\".*", "$1");

        assertThat(first).contains("\"job_id\":\"a\"", "\"job_id\":\"b\"").doesNotContain("\"job_id\":\"c\"");
        assertThat(hub.ask("GET", "/v1/demo/jobs?cursor=" + next).body())
                .contains("\"job_id\":\"c\"")
                .endsWith("\"next\":null}");
        assertThat(hub.ask("GET", "/v1/demo/jobs?status=complete").body())
                .contains("\"b\"")
                .doesNotContain("\"a\"");
    }

    @Test
    void aDroppedJobIsForgotten() {
        hub.post("/v1/demo/jobs/a", "{}");

        assertThat(hub.ask("DELETE", "/v1/demo/jobs/a").body()).isEqualTo("{\"existed\":true}");
        assertThat(hub.ask("GET", "/v1/demo/jobs/a").code()).isEqualTo("unknown_job");
    }

    @Test
    void aJobIsNoTopicToPublishTo() {
        assertThat(hub.post("/v1/demo/topics/$jobs/a", "{}").code()).isEqualTo("bad_topic");
    }
}
