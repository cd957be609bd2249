package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Conflict;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicView;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is left of a topic that was dropped: a head that tells of its end, until the next life.
interface DropRules extends BackendUnderTest {
    @Test
    default void aDropLeavesNothingButAHeadThatTellsOfIt() {
        node().accept(Draft.to(TOPIC, "a").with(Effect.SNAPSHOT));
        Position last = node().publish(TOPIC, "b");
        Position drop = node().accept(Draft.drop(TOPIC)).position();
        TopicView view = node().read(TOPIC);
        Head head = node().head(TOPIC);

        assertThat(drop).extracting(Position::epoch, Position::offset).containsExactly(last.epoch(), 3L);
        assertThat(head.position()).isEqualTo(drop);
        assertThat(head.state()).isEqualTo(Head.State.DROPPED);
        assertThat(head.reason()).isEqualTo(CloseReason.DROPPED);
        assertThat(head.snapshotOffset()).isZero();
        assertThat(head.oldest()).isEqualTo(head.offset() + 1);
        assertThat(view.events()).isEmpty();
        assertThat(view.snapshot()).isNull();
        assertThat(node().names("shop")).isEmpty();
    }

    @Test
    default void aClosedTopicCanBeDropped() {
        node().accept(Draft.to(TOPIC, "a").with(Effect.SNAPSHOT));
        node().accept(Draft.close(TOPIC, "done"));
        node().accept(Draft.drop(TOPIC));

        assertThat(node().head(TOPIC).state()).isEqualTo(Head.State.DROPPED);
        assertThat(node().head(TOPIC).reason()).isEqualTo(CloseReason.DROPPED);
        assertThat(node().read(TOPIC).snapshot()).isNull();
    }

    @Test
    default void thereMustBeALifeToDrop() {
        assertThat(node().append(Draft.drop(TOPIC))).isEqualTo(new Conflict(null));
        assertThat(node().read(TOPIC)).isEqualTo(TopicView.ABSENT);

        node().publish(TOPIC, "a");
        node().accept(Draft.drop(TOPIC));
        Head head = node().head(TOPIC);
        assertThat(node().append(Draft.drop(TOPIC))).isEqualTo(new Conflict(head));
        assertThat(node().head(TOPIC)).isEqualTo(head);
    }

    @Test
    default void aDropWithAStaleExpectationIsAConflict() {
        Position first = node().publish(TOPIC, "a");
        node().publish(TOPIC, "b");
        Head head = node().head(TOPIC);

        assertThat(node().append(Draft.drop(TOPIC).expecting(first))).isEqualTo(new Conflict(head));
        assertThat(node().messages(TOPIC)).containsExactly("a", "b");
    }

    @Test
    default void theNameIsFreeAtOnceAndItsNextLifeKnowsNothingOfTheOld() {
        Position old = node().accept(Draft.to(TOPIC, "a").with(Effect.SNAPSHOT)).position();
        node().accept(Draft.drop(TOPIC));
        Position fresh = node().publish(TOPIC, "b");
        TopicView view = node().read(TOPIC);

        assertThat(fresh.epoch()).isNotEqualTo(old.epoch());
        assertThat(fresh.offset()).isEqualTo(1);
        assertThat(view.events()).extracting(StoredEvent::position).containsExactly(fresh);
        assertThat(view.events().get(0).prevUid()).isZero();
        assertThat(view.snapshot()).isNull();
        assertThat(view.head()).extracting(Head::state).isEqualTo(Head.State.OPEN);
    }

    @Test
    default void aBatchCanDropATopicAndBeginItAnew() {
        List<AppendResult> results =
                node().append(List.of(Draft.to(TOPIC, "a"), Draft.drop(TOPIC), Draft.to(TOPIC, "b")));

        assertThat(results).hasOnlyElementsOfType(Accepted.class);
        Position begin = ((Accepted) results.get(2)).position();
        assertThat(begin.offset()).isEqualTo(1);
        assertThat(node().messages(TOPIC)).containsExactly("b");
        assertThat(node().head(TOPIC).position()).isEqualTo(begin);
    }

    @Test
    default void whoeverExpectsNoLifeFindsNoneAfterADrop() {
        node().publish(TOPIC, "a");
        node().accept(Draft.drop(TOPIC));
        Head dropped = node().head(TOPIC);

        Draft expectingTheDrop = Draft.to(TOPIC, "b").expecting(dropped.position());
        assertThat(node().append(expectingTheDrop)).isEqualTo(new Conflict(dropped));
        assertThat(node().append(expectingTheDrop.with(Effect.REOPEN))).isEqualTo(new Conflict(dropped));
        assertThat(node().accept(Draft.to(TOPIC, "b").expecting(Position.NONE))
                        .position()
                        .offset())
                .isEqualTo(1);
    }
}
