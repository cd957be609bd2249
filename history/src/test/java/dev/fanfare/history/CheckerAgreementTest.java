package dev.fanfare.history;

import static dev.fanfare.history.Story.at;
import static dev.fanfare.history.Story.id;
import static dev.fanfare.history.Story.topic;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery.Cause;
import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.history.Entry.Saw.Marks;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.spi.TopicName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What readers, hubs, jobs and apps must agree on, broken by hand and caught like what [CheckerTest] breaks.
class CheckerAgreementTest extends Judged {
    private static final Position CHANGED = new Position(Story.EPOCH, 2, 0xbad);

    @Nested
    class I6OneOrder {
        @Test
        void twoReadersThatSawAnotherEventAtAPlace() {
            story.reads("r", "a")
                    .reads("s", "a")
                    .publishes("a", 1)
                    .tries("a", 2)
                    .tries("a", 3);
            story.sees("r", "a", 1, 2).sees("s", "a", 1).sees("s", "a", CHANGED, id("a", 3), Marks.NONE);
            assertBroken(Invariant.I6);
        }

        @Test
        void twoReadersThatSawTheSame() {
            story.reads("r", "a")
                    .reads("s", "a")
                    .publishes("a", 2)
                    .sees("r", "a", 1, 2)
                    .sees("s", "a", 1, 2);
            assertHolds();
        }

        @Test
        void aReaderThatLeftBeforeTheStoreLostItsTail() {
            story.reads("r", "a")
                    .reads("s", "a")
                    .publishes("a", 1)
                    .tries("a", 2)
                    .tries("a", 3);
            story.sees("r", "a", 1, 2).leaves("r").sees("s", "a", 1, 2).misses("s", "a", Cause.REWOUND, at(2), at(1));
            story.sees("s", "a", CHANGED, id("a", 3), Marks.NONE).isQuiet();
            assertHolds();
        }

        @Test
        void aReaderThatStayedAndWasNotTold() {
            story.reads("r", "a")
                    .reads("s", "a")
                    .publishes("a", 1)
                    .tries("a", 2)
                    .tries("a", 3);
            story.sees("r", "a", 1, 2).sees("s", "a", 1, 2).misses("s", "a", Cause.REWOUND, at(2), at(1));
            story.sees("s", "a", CHANGED, id("a", 3), Marks.NONE).isQuiet();
            assertBroken(Invariant.I6);
        }

        @Test
        void twoEventsAcknowledgedAtOnePlace() {
            readerOfThree().tries("a", 9).acks("a", 9, CHANGED);
            assertBroken(Invariant.I6);
        }
    }

    @Nested
    class I7ReadersAndHubsAgree {
        @Test
        void whenTheyDo() {
            readerOfThree()
                    .sees("r", "a", 1, 2, 3)
                    .isQuiet()
                    .finds("one", "a", at(3))
                    .finds("two", "a", at(3));
            assertHolds();
        }

        @Test
        void aHubThatIsBehind() {
            readerOfThree()
                    .sees("r", "a", 1, 2, 3)
                    .leaves("r")
                    .isQuiet()
                    .finds("one", "a", at(3))
                    .finds("two", "a", at(2));
            assertBroken(Invariant.I7);
        }

        @Test
        void aReaderInAnotherLife() {
            readerOfThree().sees("r", "a", 1, 2, 3).isQuiet().finds("one", "a", at(8, 1));
            assertBroken(Invariant.I7);
        }

        @Test
        void aReaderThatWasNotToldOfTheEnd() {
            readerOfThree().sees("r", "a", 1, 2, 3).isQuiet().findsClosed("one", "a", at(3), "done");
            assertBroken(Invariant.I7);
        }

        @Test
        void aReaderThatWasTold() {
            readerOfThree()
                    .sees("r", "a", 1, 2, 3)
                    .ends("r", "a", "done", at(3))
                    .isQuiet();
            story.findsClosed("one", "a", at(3), "done");
            assertHolds();
        }

        @Test
        void aLateReaderWithAnOlderSnapshot() {
            readerOfThree()
                    .isQuiet()
                    .add(new Entry.Found("one", topic("a"), at(3), Optional.empty(), Optional.of(at(3))));
            story.reads("late", "a", at(1)).sees("late", "a", at(2), id("a", 2), new Marks(true, 0, Optional.empty()));
            assertThat(story.judged().broken()).containsKey(Invariant.I7);
        }
    }

    @Nested
    class I8JobsAndEnds {
        private Story job() {
            return story.reads("r", "$jobs/import").publishes("$jobs/import", 3);
        }

        @Test
        void aJobThatGoesItsWay() {
            job().seesJob("r", 1, JobStatus.PROCESSING, 0.2).seesJob("r", 2, JobStatus.PROCESSING, 0.6);
            story.seesJob("r", 3, JobStatus.COMPLETE, 1)
                    .ends("r", "$jobs/import", "complete", at(3))
                    .isQuiet();
            assertHolds();
        }

        @Test
        void progressThatFalls() {
            job().seesJob("r", 1, JobStatus.PROCESSING, 0.6).seesJob("r", 2, JobStatus.PROCESSING, 0.2);
            assertBroken(Invariant.I8);
        }

        @Test
        void anUpdateAfterTheTerminalOne() {
            job().seesJob("r", 1, JobStatus.COMPLETE, 1).seesJob("r", 2, JobStatus.PROCESSING, 1);
            assertBroken(Invariant.I8);
        }

        @Test
        void anEndWithoutATerminalUpdate() {
            job().seesJob("r", 1, JobStatus.PROCESSING, 0).ends("r", "$jobs/import", "complete", at(1));
            assertBroken(Invariant.I8);
        }

        @Test
        void theEndTwice() {
            job().seesJob("r", 1, JobStatus.COMPLETE, 1).ends("r", "$jobs/import", "complete", at(1));
            story.ends("r", "$jobs/import", "complete", at(1));
            assertBroken(Invariant.I8);
        }

        @Test
        void anEventAfterTheEnd() {
            readerOfThree().sees("r", "a", 1, 2).ends("r", "a", "done", at(2)).sees("r", "a", 3);
            assertBroken(Invariant.I8);
        }

        @Test
        void aSnapshotStandsForWhatAReaderOfAJobMissed() {
            job().seesJob("r", 1, JobStatus.PROCESSING, 0.2);
            Optional<JobMark> mark = Optional.of(new JobMark(JobStatus.PROCESSING, OptionalDouble.of(0.9)));
            story.sees("r", "$jobs/import", at(3), id("$jobs/import", 3), new Marks(true, 0, mark))
                    .isQuiet();
            assertHolds();
        }
    }

    @Nested
    class I9AppsAreSeparate {
        @Test
        void anEventOfAnotherApp() {
            Sending foreign = new Sending("publisher", new TopicName("bank", "a"), "secret");
            story.reads("r", "a")
                    .add(new Entry.Attempted(foreign, false))
                    .add(new Entry.Acked(foreign, at(1), Durability.COMMITTED, false))
                    .sees("r", "a", at(1), "secret", Marks.NONE);
            assertBroken(Invariant.I9);
        }

        @Test
        void theSameTopicInTwoApps() {
            Sending foreign = new Sending("publisher", new TopicName("bank", "a"), "secret");
            readerOfThree()
                    .add(new Entry.Attempted(foreign, false))
                    .add(new Entry.Acked(foreign, at(9, 1), Durability.COMMITTED, false))
                    .add(new Entry.Connected(
                            new Connection("banker", 1), "bank", Map.of("a", Position.NONE), List.of()))
                    .add(new Entry.Saw(
                            new Connection("banker", 1), new TopicName("bank", "a"), at(9, 1), "secret", Marks.NONE))
                    .sees("r", "a", 1, 2, 3)
                    .isQuiet();
            assertHolds();
        }
    }
}
