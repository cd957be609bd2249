package dev.fanfare.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.BroadcastException;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.RefusedException;
import dev.fanfare.StartAt;
import dev.fanfare.TopicClosedException;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobEndedException;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.jobs.StaleAttemptException;
import dev.fanfare.jobs.UnknownJobException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// What is refused: the same exceptions with the same codes and facts, wherever the topics live.
interface RefusalRules extends Rules {
    @Test
    default void badValuesAreRefusedWithTheirCode() {
        refuses("bad_app", () -> broadcaster().app("no spaces"));
        refuses("bad_topic", () -> topic("a//b"));
        refuses("bad_topic", () -> topic("$jobs/a"));
        refuses("bad_topic", () -> app().subscribe("a/**/b", StartAt.live()));
        refuses("bad_job_id", () -> app().jobs().update("a*", JobChange.none()));
        refuses("bad_job_id", () -> app().jobs().state("a\nb"));
        refuses("bad_event_name", () -> Event.json("1").named("gap"));
        refuses("bad_json", () -> topic("stock").publish("{"));
        refuses("bad_parameter", () -> topic("stock").history(Position.NONE, 0));
        refuses("bad_parameter", () -> app().jobs().list(null, null, 1001));
        refuses(
                "bad_parameter",
                () -> app().jobs().update("a", JobChange.none().attempt(1).attempt(0)));
    }

    @Test
    default void aClosedTopicTakesNothingAndSaysWhy() {
        Receipt last = topic("stock").publish(Event.json("1").closing(new CloseReason("sold out")));
        var refusal = catchThrowableOfType(
                TopicClosedException.class, () -> topic("stock").publish("2"));
        assertThat(refusal.code()).isEqualTo("topic_closed");
        assertThat(refusal.reason()).isEqualTo(new CloseReason("sold out"));
        assertThat(refusal.position()).isEqualTo(last.position());
        assertThat(refusal).hasMessageContaining("\"stock\"");
    }

    @Test
    default void aRefusedEventLeavesTheOthersAlone() {
        topic("closed").publish(Event.json("1").closing(new CloseReason("over")));
        var first = topic("stock").publishAsync(Event.json("1")).toCompletableFuture();
        var second = topic("closed").publishAsync(Event.json("2")).toCompletableFuture();
        var third = topic("stock").publishAsync(Event.json("3")).toCompletableFuture();
        assertThat(third.join().position().offset())
                .isEqualTo(first.join().position().offset() + 1);
        assertThat(second).failsWithin(DEADLINE).withThrowableThat().withCauseInstanceOf(TopicClosedException.class);
    }

    @Test
    default void anEndedJobTakesNothingAndSaysHowItEnded() {
        JobUpdate last = app().jobs().fail("import-42", "broken").update();
        var refusal = catchThrowableOfType(
                JobEndedException.class, () -> app().jobs().update("import-42", JobChange.progress(0.5)));
        assertThat(refusal.code()).isEqualTo("job_ended");
        assertThat(refusal.last()).isEqualTo(last);
        assertThat(catchThrowableOfType(
                        JobEndedException.class, () -> app().jobs().start("import-42")))
                .isNotNull();
    }

    @Test
    default void aChangeFromAnEarlierAttemptIsRefused() {
        app().jobs().cancel("import-42");
        app().jobs().retry("import-42");
        var refusal = catchThrowableOfType(
                StaleAttemptException.class,
                () -> app().jobs().update("import-42", JobChange.progress(0.5).attempt(1)));
        assertThat(refusal.code()).isEqualTo("stale_attempt");
        assertThat(refusal.now().attempt()).isEqualTo(2);
        assertThat(refusal).hasMessageContaining("attempt 1 ");
        refuses(
                "bad_parameter",
                () -> app().jobs().update("import-42", JobChange.none().attempt(4)));
    }

    @Test
    default void aJobThatIsNotThereIsNotMade() {
        var refusal = catchThrowableOfType(
                UnknownJobException.class,
                () -> app().jobs()
                        .update(
                                "import-42",
                                JobChange.status(JobStatus.COMPLETE).existingOnly()));
        assertThat(refusal.code()).isEqualTo("unknown_job");
        assertThat(refusal.jobId()).isEqualTo("import-42");
        assertThat(catchThrowableOfType(
                        UnknownJobException.class, () -> app().jobs().retry("import-42")))
                .isNotNull();
    }

    @Test
    default void aMessageThatIsTooLargeIsRefused() {
        var refusal = catchThrowableOfType(
                RefusedException.class, () -> topic("stock").publish("\"" + "x".repeat(1 << 20) + "\""));
        assertThat(refusal.code()).isEqualTo("body_too_large");
    }

    @Test
    default void aClosedBroadcasterRefusesEverything() {
        broadcaster().close();
        assertThat(catchThrowableOfType(
                        RuntimeException.class, () -> topic("stock").publish("1")))
                .isNotNull();
        assertThat(catchThrowableOfType(
                        IllegalStateException.class, () -> topic("stock").subscribe(StartAt.live())))
                .hasMessageContaining("closed");
    }

    /// Checks the code, of whichever kind of refusal it is.
    private static void refuses(String code, ThrowingCallable action) {
        Throwable refusal = catchThrowableOfType(RuntimeException.class, action);
        assertThat(refusal).as("refusal with " + code).isNotNull();
        String actual = refusal instanceof BroadcastException known
                ? known.code()
                : refusal instanceof InvalidValueException invalid ? invalid.code() : refusal.toString();
        assertThat(actual).isEqualTo(code);
    }
}
