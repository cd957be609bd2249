package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Conflict;
import dev.fanfare.spi.AppendResult.Duplicate;
import dev.fanfare.spi.TopicName;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How an append that is tried again is stored once.
interface IdempotencyRules extends BackendUnderTest {
    private static Draft keyed(String message) {
        return Draft.to(TOPIC, message).withKey("key-1");
    }

    private static Duplicate duplicateOf(Accepted accepted) {
        return new Duplicate(accepted.position(), accepted.durability(), accepted.at());
    }

    @Test
    default void aRepeatedKeyIsADuplicateThatTellsWhereTheEventStands() {
        Accepted first = node().accept(keyed("a"));
        node().publish(TOPIC, "between");

        assertThat(node().append(keyed("a"))).isEqualTo(duplicateOf(first));
        assertThat(node().append(keyed("something else"))).isEqualTo(duplicateOf(first));
        assertThat(node().messages(TOPIC)).containsExactly("a", "between");
    }

    @Test
    default void aRepeatedKeyWithinABatchIsADuplicate() {
        List<AppendResult> results = node().append(List.of(keyed("a"), keyed("a")));

        assertThat(results.get(1)).isEqualTo(duplicateOf((Accepted) results.get(0)));
        assertThat(node().messages(TOPIC)).containsExactly("a");
    }

    @Test
    default void aKeyIsKnownForItsTimeAndThenNew() {
        Accepted first = node().accept(keyed("a"));
        elapse(Policies.IDEMPOTENCY_AGE.minus(Policies.MOMENT));
        assertThat(node().append(keyed("a"))).isEqualTo(duplicateOf(first));

        elapse(Policies.MOMENT.multipliedBy(2));
        assertThat(node().accept(keyed("a")).position().offset()).isEqualTo(2);
    }

    @Test
    default void aKeyBelongsToItsTopic() {
        node().accept(keyed("a"));
        node().accept(Draft.to(OTHER, "a").withKey("key-1"));
        node().accept(Draft.to(new TopicName("office", TOPIC.name()), "a").withKey("key-1"));
        node().accept(Draft.to(TOPIC, "b").withKey("key-10"));
        node().accept(Draft.to(TOPIC, "c").withKey("KEY-1"));

        assertThat(node().messages(TOPIC)).containsExactly("a", "b", "c");
    }

    @Test
    default void aRepeatedCloseIsADuplicateAndNotRefused() {
        Draft close = Draft.close(TOPIC, "done").withKey("close");
        Accepted closed = node().accept(close);

        assertThat(node().append(close)).isEqualTo(duplicateOf(closed));
    }

    @Test
    default void aRepeatedAppendIsADuplicateAlthoughItsExpectationHasPassed() {
        Position head = node().publish(TOPIC, "a");
        Draft draft = keyed("b").expecting(head);
        Accepted accepted = node().accept(draft);

        assertThat(node().append(draft)).isEqualTo(duplicateOf(accepted));
    }

    @Test
    default void anAppendThatWasRefusedLeavesItsKeyFree() {
        node().publish(TOPIC, "a");
        AppendResult refused = node().append(keyed("b").expecting(Position.NONE));

        assertThat(refused).isInstanceOf(Conflict.class);
        assertThat(node().append(keyed("b"))).isInstanceOf(Accepted.class);
    }

    @Test
    default void anAppendThatIsTriedAgainAfterItsTopicWasDroppedBeginsNoNewLife() {
        Accepted first = node().accept(keyed("a"));
        node().accept(Draft.drop(TOPIC));
        assertThat(node().append(keyed("a"))).isEqualTo(duplicateOf(first));

        node().publish(TOPIC, "b");
        assertThat(node().append(keyed("a"))).isEqualTo(duplicateOf(first));
        assertThat(node().messages(TOPIC)).containsExactly("b");
    }

    @Test
    default void aDuplicateIsNotAnnounced() {
        node().attach(TOPIC);
        node().accept(keyed("a"));
        node().append(keyed("a"));
        Position next = node().publish(TOPIC, "b");
        node().news().awaitAt(TOPIC, next);

        assertThat(node().news().of(TOPIC))
                .extracting(news -> news.atLeast().offset())
                .doesNotHaveDuplicates();
        assertThat(next.offset()).isEqualTo(2);
    }

    @Test
    default void ofManyWithTheSameKeyOneIsStored() {
        for (int round = 0; round < 50; round++) {
            String key = "key-" + round;
            List<AppendResult> results = Crowd.of(
                    16, i -> node().append(Draft.to(TOPIC, key + " from " + i).withKey(key)));
            List<AppendResult> stored =
                    results.stream().filter(Accepted.class::isInstance).toList();

            assertThat(stored).hasSize(1);
            assertThat(results)
                    .filteredOn(result -> !stored.contains(result))
                    .hasSize(15)
                    .containsOnly(duplicateOf((Accepted) stored.get(0)));
        }
        assertThat(node().head(TOPIC).offset()).isEqualTo(50);
    }
}
