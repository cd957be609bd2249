package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult.Closed;
import dev.fanfare.spi.AppendResult.Duplicate;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicView;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// When a topic is forgotten: an open one that is idle, a closed or dropped one whose tombstone has expired.
interface ExpiryRules extends BackendUnderTest {
    @Test
    default void anIdleTopicIsForgottenAndItsNextEventBeginsANewLife() {
        Position old = node().accept(Draft.to(TOPIC, "a").with(Effect.SNAPSHOT)).position();
        elapse(Policies.IDLE_AGE.plus(Policies.MOMENT));
        assertThat(node().read(TOPIC)).isEqualTo(TopicView.ABSENT);
        assertThat(node().names("shop")).isEmpty();

        Position fresh =
                node().accept(Draft.to(TOPIC, "b").expecting(Position.NONE)).position();
        assertThat(fresh.epoch()).isNotEqualTo(old.epoch());
        assertThat(fresh.offset()).isEqualTo(1);
        assertThat(node().read(TOPIC).snapshot()).isNull();
    }

    @Test
    default void theLongestAgesThatAPolicyCanSayAreKept() {
        Draft draft = Draft.to(TOPIC, "a").withKey("key").keeping(Policies.LONGEST);
        node().accept(draft);
        elapse(Policies.IDLE_AGE.plus(Policies.MOMENT));

        assertThat(node().messages(TOPIC)).containsExactly("a");
        assertThat(node().append(draft)).isInstanceOf(Duplicate.class);
    }

    @Test
    default void everyEventKeepsItsTopicForAnotherWhile() {
        Position first = node().publish(TOPIC, "a");
        for (int day = 0; day < 5; day++) {
            elapse(Policies.IDLE_AGE.minus(Policies.MOMENT));
            node().publish(TOPIC, "still here");
        }

        assertThat(node().head(TOPIC)).extracting(Head::epoch, Head::offset).containsExactly(first.epoch(), 6L);
    }

    @Test
    default void anIdleTopicAnswersUntilItsTime() {
        Position last = node().publish(TOPIC, "a");
        elapse(Policies.IDLE_AGE.minus(Policies.MOMENT));

        assertThat(node().head(TOPIC).position()).isEqualTo(last);
        assertThat(node().names("shop")).containsExactly(TOPIC.name());
    }

    @Test
    default void aClosedTopicAnswersWithItsSnapshotUntilItsTombstoneExpires() {
        node().accept(Draft.to(TOPIC, "a"));
        Position end = node().accept(Draft.to(TOPIC, "final").with(new Effect.Close(EffectRules.DONE, true)))
                .position();
        elapse(Policies.TOMBSTONE_AGE.minus(Policies.MOMENT));
        TopicView view = node().read(TOPIC);

        assertThat(view.events()).as("history, older than its age").isEmpty();
        assertThat(view.snapshot()).extracting(StoredEvent::position).isEqualTo(end);
        assertThat(view.head())
                .extracting(Head::state, Head::reason)
                .containsExactly(Head.State.CLOSED, EffectRules.DONE);
        assertThat(node().append(Draft.to(TOPIC, "late"))).isEqualTo(new Closed(node().head(TOPIC)));

        elapse(Policies.MOMENT.multipliedBy(2));
        assertThat(node().read(TOPIC)).isEqualTo(TopicView.ABSENT);
        assertThat(node().publish(TOPIC, "b").epoch()).isNotEqualTo(end.epoch());
    }

    @Test
    default void aDroppedTopicTellsOfItsEndUntilItsTombstoneExpires() {
        node().publish(TOPIC, "a");
        node().accept(Draft.drop(TOPIC));
        elapse(Policies.TOMBSTONE_AGE.minus(Policies.MOMENT));
        assertThat(node().head(TOPIC).state()).isEqualTo(Head.State.DROPPED);

        elapse(Policies.MOMENT.multipliedBy(2));
        assertThat(node().read(TOPIC)).isEqualTo(TopicView.ABSENT);
    }

    @Test
    default void manyPublishersOfATopicThatHasJustExpiredBeginOneNewLife() {
        for (int round = 0; round < 50; round++) {
            long old = node().accept(shortLived("a")).position().epoch();
            elapse(Policies.SHORT_LIVED.idleAge().plus(Policies.MOMENT));
            List<Position> positions =
                    Crowd.of(8, i -> node().accept(shortLived("from " + i)).position());

            assertThat(positions)
                    .extracting(Position::epoch)
                    .doesNotContain(old)
                    .containsOnly(positions.get(0).epoch());
            assertThat(positions)
                    .extracting(Position::offset)
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.rangeClosed(1, 8).boxed().toList());
            elapse(Policies.SHORT_LIVED.idleAge().plus(Policies.MOMENT));
        }
    }

    private static Draft shortLived(String message) {
        return Draft.to(TOPIC, message).keeping(Policies.SHORT_LIVED);
    }
}
