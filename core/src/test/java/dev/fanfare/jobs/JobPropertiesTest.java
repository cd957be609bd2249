package dev.fanfare.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.BroadcastException;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.spi.Bytes;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

class JobPropertiesTest {
    @Property(tries = 300)
    void anAttemptNeverLeavesItsEnd(@ForAll @Size(max = 30) List<@From("changes") JobChange> changes) {
        follow(changes, (before, after) -> {
            if (before.status().isTerminal() && after.attempt() == before.attempt()) {
                assertThat(after).isEqualTo(before);
            }
        });
    }

    @Property(tries = 300)
    void progressThatIsKnownNeverGoesBackWithinAnAttempt(
            @ForAll @Size(max = 30) List<@From("changes") JobChange> changes) {
        follow(changes, (before, after) -> {
            if (after.attempt() == before.attempt() && after.progress().isPresent()) {
                assertThat(after.progress().getAsDouble())
                        .isGreaterThanOrEqualTo(before.progress().orElse(0));
            }
        });
    }

    @Property(tries = 300)
    void attemptsGoUpByOneAndOnlyFromAnEnd(@ForAll @Size(max = 30) List<@From("changes") JobChange> changes) {
        follow(changes, (before, after) -> {
            if (after.attempt() != before.attempt()) {
                assertThat(after.attempt()).isEqualTo(before.attempt() + 1);
                assertThat(before.status().isTerminal()).isTrue();
            }
        });
    }

    @Property(tries = 300)
    void aChangeAppliedTwiceIsAppliedOnce(@ForAll("states") JobState before, @ForAll("changes") JobChange change) {
        JobState once = tryApply(before, change);
        if (once != null && !once.equals(before)) {
            JobState twice = tryApply(once, change);
            assertThat(twice == null ? once : twice).isEqualTo(once);
        }
    }

    @Property(tries = 300)
    void aStateIsReadAsItWasWritten(@ForAll("states") JobState state) {
        assertThat(JobState.parse(state.json())).isEqualTo(state);
    }

    @Property(tries = 300)
    void aChangeIsReadAsItWasWritten(@ForAll("changes") JobChange change) {
        assertThat(JobChange.parse(change.json())).isEqualTo(change);
    }

    @Property(tries = 300)
    void anUpdateIsReadAsItWasWritten(
            @ForAll("states") JobState state, @ForAll boolean snapshot, @ForAll("counts") int conflated) {
        JobUpdate update = new JobUpdate(
                "imports/ü 42",
                state,
                Instant.parse("2026-11-21T10:00:00.123Z"),
                new Position(Long.MAX_VALUE, 7, -2),
                snapshot,
                conflated);

        assertThat(JobUpdate.parse(update.json())).isEqualTo(update);
    }

    private interface Step {
        void check(JobState before, JobState after);
    }

    private static void follow(List<JobChange> changes, Step step) {
        JobState state = JobRules.apply(null, JobChange.none());
        for (JobChange change : changes) {
            JobState next = tryApply(state, change);
            if (next != null) {
                step.check(state, next);
                state = next;
            }
        }
    }

    /// Returns null for a change that is refused.
    private static JobState tryApply(JobState state, JobChange change) {
        try {
            return JobRules.apply(new JobUpdate("a", state, Instant.EPOCH, new Position(1, 1, 1)), change);
        } catch (BroadcastException | InvalidValueException refused) {
            return null;
        }
    }

    @Provide
    Arbitrary<Integer> counts() {
        return Arbitraries.integers().between(0, 1000);
    }

    @Provide
    Arbitrary<JobState> states() {
        Arbitrary<OptionalDouble> progress = progress()
                .injectNull(0.2)
                .map(known -> known == null ? OptionalDouble.empty() : OptionalDouble.of(known));
        return Combinators.combine(
                        Arbitraries.of(JobStatus.class),
                        progress,
                        texts().injectNull(0.3),
                        results().map(Bytes::utf8).injectNull(0.3),
                        texts().injectNull(0.3),
                        Arbitraries.integers().between(1, 5))
                .as(JobState::new);
    }

    @Provide
    Arbitrary<JobChange> changes() {
        Arbitrary<JobChange> none = Arbitraries.just(JobChange.none());
        Arbitrary<JobChange> statuses = Arbitraries.of(JobStatus.class).map(JobChange::status);
        return Combinators.combine(
                        Arbitraries.frequencyOf(Tuple.of(3, none), Tuple.of(2, statuses)),
                        optional(progress().injectNull(0.1), JobField.PROGRESS),
                        optional(texts().injectNull(0.2), JobField.MESSAGE),
                        optional(results().map(Bytes::utf8).injectNull(0.2), JobField.RESULTS),
                        optional(texts().injectNull(0.2), JobField.ERROR),
                        optional(Arbitraries.integers().between(1, 4), JobField.ATTEMPT))
                .as((change, a, b, c, d, e) -> e.apply(d.apply(c.apply(b.apply(a.apply(change))))));
    }

    private static <T> Arbitrary<UnaryOperator<JobChange>> optional(Arbitrary<T> values, JobField field) {
        Arbitrary<UnaryOperator<JobChange>> named = values.map(value -> change -> change.with(field, value));
        return Arbitraries.frequencyOf(Tuple.of(2, Arbitraries.just(change -> change)), Tuple.of(1, named));
    }

    private static Arbitrary<Double> progress() {
        return Arbitraries.doubles().between(0, 1).ofScale(6).map(value -> value + 0.0);
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings().all().ofMaxLength(20).filter(JobPropertiesTest::isWhole);
    }

    private static boolean isWhole(String text) {
        return text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    }

    /// JSON that is minified already, so that what is read can be what was written.
    private static Arbitrary<String> results() {
        return Arbitraries.of(
                "0",
                "-1.50",
                "1e400",
                "123456789012345678901234567890.10",
                "true",
                "\"\"",
                "\"a \\\" } \\u00e9 é\"",
                "[]",
                "{}",
                "[1,[2,{\"a\":null}],\"]\"]",
                "{\"attempt\":9,\"status\":\",\\\"attempt\\\":\"}");
    }
}
