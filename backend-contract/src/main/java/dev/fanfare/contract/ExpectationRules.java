package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Conflict;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.TopicView;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How an append is made to depend on what its publisher has seen.
interface ExpectationRules extends BackendUnderTest {
    @Test
    default void anAppendThatExpectsTheHeadIsAccepted() {
        Position first = node().publish(TOPIC, "a");
        Position second = node().accept(Draft.to(TOPIC, "b").expecting(first)).position();
        node().accept(Draft.to(TOPIC, "c").with(Effect.SNAPSHOT).expecting(second));

        assertThat(node().messages(TOPIC)).containsExactly("a", "b", "c");
    }

    @Test
    default void aStaleExpectationIsAConflictThatTellsTheHeadAndChangesNothing() {
        Position first = node().publish(TOPIC, "a");
        node().publish(TOPIC, "b");
        TopicView before = node().read(TOPIC);
        Conflict conflict = new Conflict(node().head(TOPIC));

        assertThat(node().append(Draft.to(TOPIC, "c").expecting(first))).isEqualTo(conflict);
        assertThat(node().append(Draft.close(TOPIC, "done").expecting(first))).isEqualTo(conflict);
        assertThat(node().append(Draft.to(TOPIC, "c").expecting(Position.NONE))).isEqualTo(conflict);
        assertThat(node().read(TOPIC)).isEqualTo(before);
    }

    @Test
    default void anExpectationHoldsForEpochOffsetAndTagTogether() {
        Position at = node().publish(TOPIC, "a");
        Conflict conflict = new Conflict(node().head(TOPIC));

        List<Position> almost = List.of(
                new Position(at.epoch() ^ 1, at.offset(), at.tag()),
                new Position(at.epoch(), at.offset() + 1, at.tag()),
                new Position(at.epoch(), at.offset(), at.tag() ^ 1));
        assertThat(almost)
                .allSatisfy(
                        wrong -> assertThat(node().append(Draft.to(TOPIC, "b").expecting(wrong)))
                                .isEqualTo(conflict));
    }

    @Test
    default void aTopicThatDoesNotExistIsExpectedByTheEmptyPosition() {
        Position foreign = new Position(7, 7, 7);
        assertThat(node().append(Draft.to(TOPIC, "a").expecting(foreign))).isEqualTo(new Conflict(null));
        assertThat(node().read(TOPIC)).isEqualTo(TopicView.ABSENT);

        assertThat(node().accept(Draft.to(TOPIC, "a").expecting(Position.NONE))
                        .position()
                        .offset())
                .isEqualTo(1);
    }

    @Test
    default void anExpectationIsHeldAgainstWhatTheBatchHasDoneBefore() {
        Position first = node().publish(TOPIC, "a");
        List<AppendResult> results = node().append(List.of(
                Draft.to(TOPIC, "b").expecting(first), Draft.to(TOPIC, "c").expecting(first)));

        assertThat(results.get(0)).isInstanceOf(Accepted.class);
        assertThat(results.get(1)).isEqualTo(new Conflict(node().head(TOPIC)));
        assertThat(node().messages(TOPIC)).containsExactly("a", "b");
    }

    @Test
    default void ofManyThatExpectTheSameHeadExactlyOneWins() {
        node().publish(TOPIC, "a");
        for (int round = 0; round < 50; round++) {
            Head head = node().head(TOPIC);
            List<AppendResult> results =
                    Crowd.of(16, i -> node().append(Draft.to(TOPIC, "from " + i).expecting(head.position())));

            assertThat(results).filteredOn(Accepted.class::isInstance).hasSize(1);
            Conflict lost = new Conflict(node().head(TOPIC));
            assertThat(results)
                    .filteredOn(result -> !(result instanceof Accepted))
                    .hasSize(15)
                    .containsOnly(lost);
            assertThat(node().head(TOPIC).offset()).isEqualTo(head.offset() + 1);
        }
    }

    @Test
    default void ofManyThatBeginALifeExactlyOneWins() {
        List<AppendResult> results =
                Crowd.of(16, i -> node().append(Draft.to(TOPIC, "from " + i).expecting(Position.NONE)));

        assertThat(results).filteredOn(Accepted.class::isInstance).hasSize(1);
        assertThat(node().offsets(TOPIC)).containsExactly(1L);
    }
}
