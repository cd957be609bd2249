package dev.fanfare.history;

import static dev.fanfare.history.Story.at;
import static dev.fanfare.history.Story.id;
import static dev.fanfare.history.Story.topic;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery.Cause;
import dev.fanfare.Position;
import dev.fanfare.history.Entry.Saw.Marks;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What each reader is given: every invariant is broken by hand and caught; beside it stands the same history without
/// the fault, which passes.
class CheckerTest extends Judged {
    private static final Position CHANGED = new Position(Story.EPOCH, 2, 0xbad);

    @Nested
    class I1AcknowledgedEventsArrive {
        @Test
        void atTheEndEveryReaderHasAll() {
            readerOfThree().sees("r", "a", 1, 2, 3).isQuiet();
            assertHolds();
        }

        @Test
        void aReaderThatStillWaitsForTheLast() {
            readerOfThree().sees("r", "a", 1, 2).isQuiet();
            assertBroken(Invariant.I1);
        }

        @Test
        void aReaderThatHasLeftNeedNotHaveIt() {
            readerOfThree().sees("r", "a", 1, 2).leaves("r").isQuiet();
            assertHolds();
        }

        @Test
        void aReaderThatWasGivenNothingAtAll() {
            story.reads("r", "a", Position.NONE).publishes("a", 1).isQuiet();
            assertBroken(Invariant.I1);
        }

        @Test
        void aPatternThatNeverFoundATopic() {
            story.readsPattern("r", "orders/*").publishes("orders/1", 1).isQuiet();
            assertBroken(Invariant.I1);
        }

        @Test
        void aPatternThatDoesNotMatch() {
            story.readsPattern("r", "orders/*").publishes("invoices/1", 1).isQuiet();
            assertHolds();
        }

        @Test
        void anotherEventInPlaceOfTheAcknowledgedOne() {
            readerOfThree().tries("a", 9).sees("r", "a", 1).sees("r", "a", CHANGED, id("a", 9), Marks.NONE);
            assertBroken(Invariant.I1);
        }

        @Test
        void whatAStoreHasLostIfTheReaderIsTold() {
            readerOfThree()
                    .sees("r", "a", 1, 2, 3)
                    .misses("r", "a", Cause.REWOUND, at(3), at(1))
                    .tries("a", 9)
                    .sees("r", "a", CHANGED, id("a", 9), Marks.NONE);
            assertHolds();
        }

        @Test
        void conflatedThoughItMayNotBe() {
            readerOfThree().sees("r", "a", 1).sees("r", "a", at(3), id("a", 3), new Marks(false, 1, Optional.empty()));
            assertBroken(Invariant.I1);
        }

        @Test
        void conflatedAsItMayBe() {
            story.reads("r", "a")
                    .publishes("a", 1)
                    .triesConflatable("a", 2)
                    .acks("a", 2)
                    .triesConflatable("a", 3);
            story.acks("a", 3).sees("r", "a", 1);
            story.sees("r", "a", at(3), id("a", 3), new Marks(false, 1, Optional.empty()))
                    .isQuiet();
            assertHolds();
        }
    }

    @Nested
    class I2NothingIsInvented {
        @Test
        void aMessageThatNobodyPublished() {
            readerOfThree().sees("r", "a", 1, 2, 3, 4);
            assertBroken(Invariant.I2);
        }

        @Test
        void aMessageWhoseAcknowledgementWasLost() {
            readerOfThree().tries("a", 4).doesNotAnswer("a", 4).sees("r", "a", 1, 2, 3, 4);
            assertHolds();
        }

        @Test
        void aMessageThatWasRefused() {
            readerOfThree().tries("a", 4).refuses("a", 4).sees("r", "a", 1, 2, 3, 4);
            assertBroken(Invariant.I2);
        }

        @Test
        void aMessageThatWasRefusedAfterATryThatWasNotAnswered() {
            readerOfThree().tries("a", 4).doesNotAnswer("a", 4).tries("a", 4).refuses("a", 4);
            story.sees("r", "a", 1, 2, 3, 4);
            assertHolds();
        }

        @Test
        void aMessageOfAnotherTopic() {
            story.reads("r", "a").publishes("b", 1).sees("r", "a", at(1), id("b", 1), Marks.NONE);
            assertBroken(Invariant.I2);
        }
    }

    @Nested
    class I3NothingTwice {
        @Test
        void againOnTheNextConnection() {
            readerOfThree().sees("r", "a", 1, 2).comesBack("r").sees("r", "a", 2, 3);
            assertBroken(Invariant.I3);
        }

        @Test
        void whatAHubRepeatsThatHasSaidThatItDoesNotKnowWhereTheReaderStands() {
            readerOfThree()
                    .sees("r", "a", 1, 2)
                    .comesBack("r")
                    .misses("r", "a", Cause.UNKNOWN_POSITION, Position.NONE, at(0))
                    .sees("r", "a", 1, 2, 3)
                    .isQuiet();
            assertHolds();
        }

        @Test
        void goingOnAfterTheNextConnection() {
            readerOfThree()
                    .sees("r", "a", 1, 2)
                    .comesBack("r")
                    .sees("r", "a", 3)
                    .isQuiet();
            assertHolds();
        }

        @Test
        void storedTwice() {
            readerOfThree().sees("r", "a", 1, 2, 3).sees("r", "a", at(4), id("a", 3), Marks.NONE);
            assertBroken(Invariant.I3);
        }

        @Test
        void acknowledgedAtTwoPlaces() {
            readerOfThree().acks("a", 3, at(4));
            assertBroken(Invariant.I3);
        }

        @Test
        void acknowledgedAgainWhereItIs() {
            readerOfThree().tries("a", 3).acks("a", 3).sees("r", "a", 1, 2, 3).isQuiet();
            assertHolds();
        }

        @Test
        void storedAgainInTheNextLifeOfAStoreThatForgot() {
            readerOfThree().sees("r", "a", 1, 2, 3).misses("r", "a", Cause.EPOCH, at(3), at(8, 0));
            story.tries("a", 3)
                    .acks("a", 3, at(8, 1))
                    .sees("r", "a", at(8, 1), id("a", 3), Marks.NONE)
                    .isQuiet();
            assertHolds();
        }
    }

    @Nested
    class I4OffsetsRise {
        @Test
        void theSameAgain() {
            readerOfThree().sees("r", "a", 1, 2, 2, 3);
            assertBroken(Invariant.I4);
        }

        @Test
        void backwards() {
            readerOfThree().sees("r", "a", 1, 2, 3, 1);
            assertBroken(Invariant.I4);
        }
    }

    @Nested
    class I5NoSilentGap {
        @Test
        void oneLeftOut() {
            readerOfThree().sees("r", "a", 1, 3);
            assertBroken(Invariant.I1, Invariant.I5);
        }

        @Test
        void oneLeftOutThatWasNeverAcknowledged() {
            story.reads("r", "a").publishes("a", 1).tries("a", 2).tries("a", 3).sees("r", "a", 1, 3);
            assertBroken(Invariant.I5);
        }

        @Test
        void oneLeftOutAndTold() {
            readerOfThree()
                    .sees("r", "a", 1)
                    .misses("r", "a", Cause.SLOW, at(1), at(2))
                    .sees("r", "a", 3);
            assertHolds();
        }

        @Test
        void theFirstLeftOut() {
            readerOfThree().sees("r", "a", 2, 3);
            assertBroken(Invariant.I1, Invariant.I5);
        }

        @Test
        void moreConflatedThanThereAre() {
            readerOfThree().sees("r", "a", at(1), id("a", 1), new Marks(false, 1, Optional.empty()));
            assertBroken(Invariant.I5);
        }

        @Test
        void anotherLifeWithoutAWord() {
            readerOfThree().tries("a", 9).sees("r", "a", 1).sees("r", "a", at(8, 1), id("a", 9), Marks.NONE);
            assertBroken(Invariant.I5);
        }

        @Test
        void aGapThatCountsWrongly() {
            readerOfThree()
                    .sees("r", "a", 1)
                    .add(new Entry.Missed(
                            new Connection("r", 1), topic("a"), Cause.SLOW, OptionalLong.of(2), at(1), at(2)));
            assertBroken(Invariant.I5);
        }

        @Test
        void aGapThatHidesAnEvent() {
            readerOfThree().publishes("a", 4, 4).sees("r", "a", 1).misses("r", "a", Cause.SLOW, at(2), at(3));
            story.sees("r", "a", 4);
            assertBroken(Invariant.I1, Invariant.I5);
        }

        @Test
        void anEndBeforeAllWasDelivered() {
            readerOfThree().sees("r", "a", 1, 2).ends("r", "a", "done", at(3));
            assertBroken(Invariant.I1, Invariant.I5);
        }

        @Test
        void aDropTakesAnOffset() {
            readerOfThree()
                    .sees("r", "a", 1, 2, 3)
                    .ends("r", "a", "dropped", at(4))
                    .isQuiet();
            assertHolds();
        }

        @Test
        void aPatternThatFindsATopicTooLate() {
            story.readsPattern("r", "a").publishes("a", 2).sees("r", "a", 2);
            assertBroken(Invariant.I1, Invariant.I5);
        }

        @Test
        void aPatternThatFindsATopicThatWasThereBefore() {
            story.publishes("a", 1)
                    .readsPattern("r", "a")
                    .publishes("a", 2, 2)
                    .sees("r", "a", 2)
                    .isQuiet();
            assertHolds();
        }
    }

    @Test
    void aViolationSaysWhoWhereAndWhatShowsIt() {
        readerOfThree().sees("r", "a", 1, 3);
        assertThat(story.judged().toString())
                .contains(
                        "3 attempts, 3 acknowledged", "I5 broken 1 times: no reader misses anything without being told")
                .contains(
                        "I5 shop \"a\", r: 1 events left out",
                        "\"position\":\"" + at(1) + "\"",
                        "\"position\":\"" + at(3) + "\"");
    }
}
