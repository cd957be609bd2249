package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Closed;
import dev.fanfare.spi.AppendResult.Conflict;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicView;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What an event does to its topic: keep it, be its snapshot, close it, reopen it.
interface EffectRules extends BackendUnderTest {
    CloseReason DONE = new CloseReason("done");

    @Test
    default void aSnapshotIsTheEventThatMadeItUntilTheNext() {
        node().publish(TOPIC, "a");
        node().accept(Draft.to(TOPIC, "b").named("state").with(Effect.SNAPSHOT));
        node().publish(TOPIC, "c");
        TopicView view = node().read(TOPIC);

        assertThat(view.head()).extracting(Head::snapshotOffset).isEqualTo(2L);
        assertThat(view.snapshot()).isEqualTo(view.events().get(1));

        node().accept(Draft.to(TOPIC, "d").with(Effect.SNAPSHOT));
        assertThat(node().head(TOPIC).snapshotOffset()).isEqualTo(4);
        assertThat(node().read(TOPIC).snapshot())
                .isEqualTo(node().read(TOPIC).events().get(3));
    }

    @Test
    default void aClosedTopicAnswersWithItsHistoryItsSnapshotAndItsReason() {
        node().accept(Draft.to(TOPIC, "a").with(Effect.SNAPSHOT));
        Accepted closing = node().accept(Draft.close(TOPIC, "sold out"));
        TopicView view = node().read(TOPIC);
        Head head = node().head(TOPIC);

        assertThat(head.state()).isEqualTo(Head.State.CLOSED);
        assertThat(head.reason()).isEqualTo(new CloseReason("sold out"));
        assertThat(head.position()).isEqualTo(closing.position());
        assertThat(head.snapshotOffset()).isEqualTo(1);
        assertThat(node().messages(TOPIC)).containsExactly("a", "last");
        assertThat(view.snapshot()).isEqualTo(view.events().get(0));
    }

    @Test
    default void theClosingEventCanBeTheSnapshot() {
        node().accept(Draft.to(TOPIC, "a").with(Effect.SNAPSHOT));
        node().accept(Draft.to(TOPIC, "final").with(new Effect.Close(DONE, true)));
        TopicView view = node().read(TOPIC);

        assertThat(view.head()).extracting(Head::snapshotOffset).isEqualTo(2L);
        assertThat(view.snapshot()).isEqualTo(view.events().get(1));
    }

    @Test
    default void aTopicCanBeginWithItsLastEvent() {
        Accepted only = node().accept(Draft.close(TOPIC, "done"));

        assertThat(only.position().offset()).isEqualTo(1);
        assertThat(node().head(TOPIC).state()).isEqualTo(Head.State.CLOSED);
    }

    @Test
    default void aClosedTopicTakesNothingMoreAndStaysAsItIs() {
        node().publish(TOPIC, "a");
        node().accept(Draft.close(TOPIC, "first"));
        TopicView before = node().read(TOPIC);
        Head head = node().head(TOPIC);
        List<AppendResult> results = node().append(List.of(
                Draft.to(TOPIC, "late"),
                Draft.to(TOPIC, "late").with(Effect.SNAPSHOT),
                Draft.to(TOPIC, "late").expecting(head.position()),
                Draft.close(TOPIC, "second")));

        assertThat(results).containsOnly(new Closed(head)).hasSize(4);
        assertThat(node().read(TOPIC)).isEqualTo(before);
    }

    @Test
    default void whatFollowsACloseInItsBatchIsRefused() {
        List<AppendResult> results = node().append(List.of(
                Draft.to(TOPIC, "a"), Draft.close(TOPIC, "first"), Draft.close(TOPIC, "second"), Draft.to(TOPIC, "b")));
        Closed refused = new Closed(node().head(TOPIC));

        assertThat(results.subList(0, 2)).hasOnlyElementsOfType(Accepted.class);
        assertThat(results.subList(2, 4)).containsExactly(refused, refused);
        assertThat(node().messages(TOPIC)).containsExactly("a", "last");
        assertThat(node().head(TOPIC).reason()).isEqualTo(new CloseReason("first"));
    }

    @Test
    default void reopeningAtTheClosedHeadBeginsANewLife() {
        node().accept(Draft.to(TOPIC, "a").with(Effect.SNAPSHOT));
        Position end = node().accept(Draft.close(TOPIC, "done")).position();
        Position begin = node().accept(
                        Draft.to(TOPIC, "again").with(Effect.REOPEN).expecting(end))
                .position();
        TopicView view = node().read(TOPIC, end);

        assertThat(begin.epoch()).isNotEqualTo(end.epoch());
        assertThat(begin.offset()).isEqualTo(1);
        assertThat(view.head()).extracting(Head::state, Head::reason).containsExactly(Head.State.OPEN, null);
        assertThat(view.events()).extracting(StoredEvent::position).containsExactly(begin);
        assertThat(view.snapshot()).isEqualTo(view.events().get(0));
        assertThat(view.events().get(0).prevOffset()).isZero();
        assertThat(node().publish(TOPIC, "b"))
                .extracting(Position::epoch, Position::offset)
                .containsExactly(begin.epoch(), 2L);
    }

    @Test
    default void reopeningAnywhereButAtTheClosedHeadIsAConflict() {
        Position first = node().publish(TOPIC, "a");
        assertThat(node().append(Draft.to(OTHER, "x").with(Effect.REOPEN).expecting(first)))
                .isEqualTo(new Conflict(null));

        node().accept(Draft.close(TOPIC, "done"));
        Head head = node().head(TOPIC);
        assertThat(node().append(Draft.to(TOPIC, "x").with(Effect.REOPEN).expecting(first)))
                .isEqualTo(new Conflict(head));
        assertThat(node().head(TOPIC)).isEqualTo(head);
        assertThat(node().read(OTHER)).isEqualTo(TopicView.ABSENT);
    }

    @Test
    default void aTopicThatIsOpenCannotBeReopened() {
        Position at = node().publish(TOPIC, "a");
        Head head = node().head(TOPIC);

        assertThat(node().append(Draft.to(TOPIC, "x").with(Effect.REOPEN).expecting(at)))
                .isEqualTo(new Conflict(head));
        assertThat(node().messages(TOPIC)).containsExactly("a");
    }
}
