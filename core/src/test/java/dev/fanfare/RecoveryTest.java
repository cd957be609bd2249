package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery.Cause;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What a reader gets that is not in the window, row by row. Events of life 7 have the ids 101, 102, …; the outcomes
/// are written as `1` for an event, `s1` for a snapshot, `gap(cause missed)` and `end(reason)`.
class RecoveryTest {
    private static final String TOPIC = "orders/42";
    private static final long LIFE = 7;
    private static final CloseReason DONE = new CloseReason("done");
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private static Position at(long offset) {
        return new Position(LIFE, offset, offset == 0 ? 0 : (int) (100 + offset));
    }

    private static StoredEvent event(long offset) {
        long prevUid = offset == 1 ? 0 : 99 + offset;
        return new StoredEvent(LIFE, offset, offset - 1, 100 + offset, prevUid, NOON, null, false, Bytes.utf8("0"));
    }

    /// A topic whose last event is at `head` and of whose history the events from `oldest` on survive.
    private static TopicView view(long oldest, long head, Head.State state, long snapshotOffset) {
        List<StoredEvent> events = new ArrayList<>();
        for (long offset = oldest; offset <= head; offset++) {
            events.add(event(offset));
        }
        CloseReason reason = state == Head.State.CLOSED ? DONE : null;
        Head stands = new Head(LIFE, head, 100 + head, state, reason, oldest, snapshotOffset, NOON, NOON);
        return new TopicView(stands, events, false, snapshotOffset == 0 ? null : event(snapshotOffset));
    }

    private static TopicView open(long oldest, long head) {
        return view(oldest, head, Head.State.OPEN, 0);
    }

    private static TopicView closed(long oldest, long head) {
        return view(oldest, head, Head.State.CLOSED, 0);
    }

    private static TopicView withSnapshot(long oldest, long head, long snapshotOffset) {
        return view(oldest, head, Head.State.OPEN, snapshotOffset);
    }

    /// A topic that was dropped after its event at `last`.
    private static TopicView dropped(long last) {
        Head head = new Head(
                LIFE, last + 1, 100 + last + 1, Head.State.DROPPED, CloseReason.DROPPED, last + 2, 0, NOON, NOON);
        return new TopicView(head, List.of(), false, null);
    }

    private static String resume(Position position, TopicView view) {
        return outcome(Recovery.resume(TOPIC, position, view, Cause.TRUNCATED));
    }

    private static String begin(StartAt startAt, TopicView view) {
        return outcome(Recovery.begin(TOPIC, startAt, view));
    }

    private static String outcome(Recovery recovery) {
        return recovery.deliveries().stream().map(RecoveryTest::sign).collect(Collectors.joining(" "));
    }

    private static String sign(Delivery delivery) {
        if (delivery instanceof Delivery.Gap gap) {
            OptionalLong missed = gap.missed();
            return "gap(" + gap.cause().wireName() + (missed.isPresent() ? " " + missed.getAsLong() : "") + ")";
        }
        if (delivery instanceof Delivery.Ended end) {
            return "end(" + end.reason() + ")";
        }
        Received received = (Received) delivery;
        return (received.isSnapshot() ? "s" : "") + received.position().offset();
    }

    @Test
    void aReaderWithinHistoryGetsExactlyWhatFollows() {
        assertThat(resume(at(2), open(1, 5))).isEqualTo("3 4 5");
        assertThat(resume(at(2), open(3, 5))).isEqualTo("3 4 5");
        assertThat(resume(at(5), open(1, 5))).isEmpty();
        assertThat(resume(at(5), open(6, 5))).isEmpty();
    }

    @Test
    void whatHistoryHasLostIsCounted() {
        assertThat(resume(at(2), open(4, 6))).isEqualTo("gap(truncated 1) 4 5 6");
        assertThat(resume(at(2), open(7, 6))).isEqualTo("gap(truncated 4)");
        assertThat(resume(at(0), open(3, 4))).isEqualTo("gap(truncated 2) 3 4");
    }

    @Test
    void aSnapshotStandsForWhatWasLostBeforeIt() {
        assertThat(resume(at(1), withSnapshot(6, 7, 4))).isEqualTo("gap(truncated 2) s4");
        assertThat(resume(at(1), withSnapshot(6, 7, 6))).isEqualTo("gap(truncated 4) s6 7");
        assertThat(resume(at(1), withSnapshot(6, 7, 7))).isEqualTo("gap(truncated 5) s7");
    }

    @Test
    void aSnapshotIsNeverSentToWhoStandsAtOrAfterIt() {
        assertThat(resume(at(4), withSnapshot(6, 7, 4))).isEqualTo("gap(truncated 1) 6 7");
        assertThat(resume(at(3), withSnapshot(1, 5, 2))).isEqualTo("4 5");
    }

    @Test
    void aPositionBeforeTheFirstEventGetsTheWholeLife() {
        assertThat(resume(Position.NONE, open(1, 3))).isEqualTo("1 2 3");
        assertThat(resume(Position.NONE, open(3, 4))).isEqualTo("gap(truncated 2) 3 4");
        assertThat(resume(Position.NONE, TopicView.ABSENT)).isEmpty();
        assertThat(resume(Position.NONE, dropped(3))).isEmpty();
    }

    @Test
    void aPositionOfAnotherLifeIsAGapOfUnknownSize() {
        Position foreign = new Position(8, 2, 102);
        assertThat(resume(foreign, open(1, 2))).isEqualTo("gap(epoch) 1 2");
        assertThat(resume(foreign, withSnapshot(1, 3, 2))).isEqualTo("gap(epoch) s2 3");
        assertThat(resume(foreign, TopicView.ABSENT)).isEqualTo("gap(epoch)");
        assertThat(resume(foreign, dropped(3))).isEqualTo("gap(epoch)");
        assertThat(resume(foreign, closed(1, 2))).isEqualTo("gap(epoch) 1 2 end(done)");
    }

    @Test
    void aHistoryThatWasSetBackIsToldAndGoesOnLive() {
        assertThat(resume(at(9), open(1, 5))).isEqualTo("gap(rewound)");
        assertThat(resume(new Position(LIFE, 5, 999), open(1, 5))).isEqualTo("gap(rewound)");
        assertThat(resume(new Position(LIFE, 3, 999), open(1, 5))).isEqualTo("gap(rewound)");
        assertThat(resume(at(9), withSnapshot(1, 5, 4))).isEqualTo("gap(rewound) s4 5");
    }

    @Test
    void aClosedTopicEndsAfterItsLastEvent() {
        assertThat(resume(at(1), closed(1, 3))).isEqualTo("2 3 end(done)");
        assertThat(resume(at(3), closed(1, 3))).isEqualTo("end(done)");
        assertThat(resume(at(3), closed(4, 3))).isEqualTo("end(done)");
        assertThat(resume(at(1), closed(4, 3))).isEqualTo("gap(truncated 2) end(done)");
    }

    @Test
    void aDroppedTopicEndsForThoseOfItsLife() {
        assertThat(resume(at(4), dropped(3))).isEqualTo("end(dropped)");
        assertThat(resume(at(3), dropped(3))).isEqualTo("end(dropped)");
        assertThat(resume(at(1), dropped(3))).isEqualTo("gap(truncated 2) end(dropped)");
    }

    @Test
    void aPositionThatCannotBeReadIsAGapAndThenWhatThereIs() {
        assertThat(outcome(Recovery.unreadable(TOPIC, open(2, 4)))).isEqualTo("gap(unknown_position) 2 3 4");
        assertThat(outcome(Recovery.unreadable(TOPIC, withSnapshot(2, 4, 3)))).isEqualTo("gap(unknown_position) s3 4");
        assertThat(outcome(Recovery.unreadable(TOPIC, TopicView.ABSENT))).isEqualTo("gap(unknown_position)");
        assertThat(outcome(Recovery.unreadable(TOPIC, closed(1, 2)))).isEqualTo("gap(unknown_position) 1 2 end(done)");
    }

    @Test
    void aSubscriptionBeginsWhereItSays() {
        assertThat(begin(StartAt.live(), open(1, 3))).isEmpty();
        assertThat(begin(StartAt.live(), withSnapshot(1, 3, 2))).isEmpty();
        assertThat(begin(StartAt.earliest(), open(2, 4))).isEqualTo("2 3 4");
        assertThat(begin(StartAt.snapshot(), withSnapshot(1, 4, 3))).isEqualTo("s3 4");
        assertThat(begin(StartAt.snapshot(), open(1, 4))).isEmpty();
        assertThat(begin(StartAt.earliest(), TopicView.ABSENT)).isEmpty();
        assertThat(begin(StartAt.earliest(), dropped(4))).isEmpty();
    }

    @Test
    void whoComesAfterTheEndGetsTheSnapshotAndTheEnd() {
        assertThat(begin(StartAt.live(), view(1, 3, Head.State.CLOSED, 3))).isEqualTo("s3 end(done)");
        assertThat(begin(StartAt.live(), closed(1, 3))).isEqualTo("end(done)");
        assertThat(begin(StartAt.earliest(), closed(1, 3))).isEqualTo("1 2 3 end(done)");
    }

    @Test
    void aGapLeadsFromWhereTheReaderStoodToWhereItGoesOn() {
        Recovery recovery = Recovery.resume(TOPIC, at(2), open(5, 6), Cause.SLOW);
        Delivery.Gap gap = (Delivery.Gap) recovery.deliveries().get(0);

        assertThat(recovery.start()).isEqualTo(at(2));
        assertThat(gap).isEqualTo(new Delivery.Gap(TOPIC, Cause.SLOW, OptionalLong.of(2), at(2), at(4)));
        assertThat(recovery.goesOnAt()).isEqualTo(at(6));
    }

    @Test
    void ofALifeThatIsGoneTheLastEventAndTheEndAreLeft() {
        Life.End end = new Life.End(DONE, at(5));
        Received last = Received.of(TOPIC, event(5));

        assertThat(ended(at(2), last, end)).isEqualTo("gap(slow 2) 5 end(done)");
        assertThat(ended(at(4), last, end)).isEqualTo("5 end(done)");
        assertThat(ended(at(5), last, end)).isEqualTo("end(done)");
        assertThat(ended(at(2), null, end)).isEqualTo("gap(slow 3) end(done)");
    }

    private static String ended(Position position, @Nullable Received last, Life.End end) {
        return outcome(Recovery.ended(TOPIC, position, 5, last, end));
    }
}
