package dev.fanfare.history;

import static dev.fanfare.history.Story.at;
import static dev.fanfare.history.Story.id;
import static dev.fanfare.history.Story.topic;

import dev.fanfare.Delivery.Cause;
import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.history.Entry.Saw.Marks;
import dev.fanfare.jobs.JobStatus;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What may be lost when a copy of the store takes over, and to whom: what was told since all copies were in step.
/// Beside each
/// history stands the one in which it may not.
class CheckerTakeoverTest extends Judged {
    private static final String JOB = "$jobs/import";
    private static final Position THIRD_AGAIN = new Position(Story.EPOCH, 3, 0xbad);

    @Nested
    class WhatWasAcknowledged {
        private Story anotherTakesThePlaceOfTheThird() {
            return story.tries("a", 9).acks("a", 9, THIRD_AGAIN).sees("r", "a", 1, 2);
        }

        private void seesTheOther() {
            story.sees("r", "a", THIRD_AGAIN, id("a", 9), Marks.NONE).isQuiet().finds("one", "a", THIRD_AGAIN);
        }

        @Test
        void sinceAllWereInStepMayBeLost() {
            story.reads("r", "a")
                    .publishes("a", 2)
                    .isInStep()
                    .publishes("a", 3, 3)
                    .isTakenOver();
            anotherTakesThePlaceOfTheThird();
            seesTheOther();
            assertHolds();
        }

        @Test
        void mayNotBeLostBeforeAllWereInStep() {
            story.reads("r", "a").publishes("a", 3).isInStep().isTakenOver();
            anotherTakesThePlaceOfTheThird();
            seesTheOther();
            assertBroken(Invariant.I6);
        }

        @Test
        void mayNotBeLostWhenNothingHasTakenOver() {
            story.reads("r", "a").publishes("a", 2).isTakenOver().publishes("a", 3, 3);
            story.isInStep();
            anotherTakesThePlaceOfTheThird();
            seesTheOther();
            assertBroken(Invariant.I6);
        }

        @Test
        void mayNotBeLostIfItIsOnAllCopies() {
            Sending third = new Sending("publisher", topic("a"), id("a", 3));
            story.reads("r", "a").publishes("a", 2).isInStep().tries("a", 3);
            story.add(new Entry.Acked(third, at(3), Durability.REPLICATED, false))
                    .isTakenOver();
            anotherTakesThePlaceOfTheThird();
            seesTheOther();
            assertBroken(Invariant.I6);
        }

        @Test
        void mayBeMissingAtTheEnd() {
            story.reads("r", "a")
                    .publishes("a", 2)
                    .isInStep()
                    .publishes("a", 3, 3)
                    .isTakenOver();
            story.sees("r", "a", 1, 2).isQuiet().finds("one", "a", at(2));
            assertHolds();
        }

        @Test
        void mayNotBeMissingIfTheHubHasIt() {
            story.reads("r", "a")
                    .publishes("a", 2)
                    .isInStep()
                    .publishes("a", 3, 3)
                    .isTakenOver();
            story.sees("r", "a", 1, 2).isQuiet().finds("one", "a", at(3));
            assertBroken(Invariant.I7);
        }
    }

    @Nested
    class WhatAReaderWasGiven {
        private Story readersOfTheThirdThatIsLost() {
            story.reads("r", "a").reads("s", "a").publishes("a", 2).isInStep().publishes("a", 3, 3);
            story.sees("r", "a", 1, 2, 3).sees("s", "a", 1, 2).isTakenOver().tries("a", 9);
            return story.sees("s", "a", THIRD_AGAIN, id("a", 9), Marks.NONE);
        }

        @Test
        void isLostToItIfItIsTold() {
            readersOfTheThirdThatIsLost().misses("r", "a", Cause.REWOUND, at(3), THIRD_AGAIN);
            story.isQuiet().finds("one", "a", THIRD_AGAIN);
            assertHolds();
        }

        @Test
        void mayNotBeLostWithoutAWord() {
            readersOfTheThirdThatIsLost().isQuiet();
            assertBroken(Invariant.I6);
        }

        private Story anotherIsAcknowledgedOnceTheThirdIsLost() {
            story.reads("r", "a").publishes("a", 2).isInStep().tries("a", 3).sees("r", "a", 1, 2, 3);
            return story.tries("a", 9).isTakenOver().acks("a", 9, THIRD_AGAIN);
        }

        @Test
        void isLostToItThoughAnotherIsAcknowledgedBeforeItIsTold() {
            anotherIsAcknowledgedOnceTheThirdIsLost().misses("r", "a", Cause.REWOUND, at(3), THIRD_AGAIN);
            story.isQuiet().finds("one", "a", THIRD_AGAIN);
            assertHolds();
        }

        @Test
        void mayNotTakeThePlaceOfWhatIsAcknowledgedWithoutAWord() {
            anotherIsAcknowledgedOnceTheThirdIsLost();
            assertBroken(Invariant.I1);
        }

        @Test
        void goesWithAReaderThatLeaves() {
            readersOfTheThirdThatIsLost().leaves("r").isQuiet().finds("one", "a", THIRD_AGAIN);
            assertHolds();
        }

        @Test
        void goesWithAReaderThatWasToldTheEnd() {
            story.reads("r", "a").reads("s", "a").publishes("a", 2).isInStep().publishes("a", 3, 3);
            story.sees("r", "a", 1, 2, 3)
                    .ends("r", "a", "done", at(3))
                    .sees("s", "a", 1, 2)
                    .isTakenOver();
            story.tries("a", 9)
                    .sees("s", "a", THIRD_AGAIN, id("a", 9), Marks.NONE)
                    .isQuiet();
            story.finds("one", "a", THIRD_AGAIN);
            assertHolds();
        }

        @Test
        void doesNotGoWithAReaderThatWasToldTheEndBefore() {
            story.reads("r", "a").publishes("a", 3).sees("r", "a", 1, 2, 3).ends("r", "a", "done", at(3));
            story.isInStep().isTakenOver().isQuiet().finds("one", "a", at(2));
            assertBroken(Invariant.I7);
        }
    }

    @Nested
    class WhatAReaderOfAJobWasGiven {
        private Story isGivenTheSnapshotBefore() {
            Marks before = new Marks(true, 0, Optional.of(new JobMark(JobStatus.PROCESSING, OptionalDouble.of(0.5))));
            return story.sees("r", JOB, at(2), id(JOB, 2), before).isQuiet().finds("one", JOB, at(2));
        }

        private Story readerThatWasToldTheEnd() {
            story.reads("r", JOB).publishes(JOB, 2).seesJob("r", 1, JobStatus.PROCESSING, 0);
            story.seesJob("r", 2, JobStatus.PROCESSING, 0.5).isInStep().publishes(JOB, 3, 3);
            return story.seesJob("r", 3, JobStatus.COMPLETE, 1).ends("r", JOB, "complete", at(3));
        }

        @Test
        void isLostToItWithTheSnapshotThatStandsForAll() {
            readerThatWasToldTheEnd().isTakenOver();
            isGivenTheSnapshotBefore();
            assertHolds();
        }

        @Test
        void isNotLostWhenNothingHasTakenOver() {
            readerThatWasToldTheEnd();
            isGivenTheSnapshotBefore();
            assertBroken(Invariant.I7, Invariant.I8);
        }
    }
}
