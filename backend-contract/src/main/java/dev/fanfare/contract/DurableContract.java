package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Duplicate;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The rules of a backend whose events survive its process: implemented by the test of one that claims to be durable.
public interface DurableContract extends BackendUnderTest {
    /// Stops the backend and starts another on what it has left.
    private Node restarted(Node node) {
        node.close();
        return anotherNode();
    }

    @Test
    default void aTopicIsTheSameAfterARestart() {
        node().accept(Draft.to(TOPIC, "a").named("created"));
        node().accept(Draft.to(TOPIC, "b").with(Effect.SNAPSHOT).conflatable());
        node().publish(TOPIC, "c");
        TopicView before = node().read(TOPIC);

        assertThat(restarted(node()).read(TOPIC)).isEqualTo(before);
    }

    @Test
    default void theChainGoesOnAfterARestart() {
        Position last = node().publish(TOPIC, "a");
        Node again = restarted(node());
        Position next = again.accept(Draft.to(TOPIC, "b").expecting(last)).position();

        assertThat(next.epoch()).isEqualTo(last.epoch());
        assertThat(again.read(TOPIC, last).events().get(0).follows(last)).isTrue();
    }

    @Test
    default void everyAcceptedEventSurvives() {
        List<Draft> drafts = IntStream.range(0, 2000)
                .mapToObj(i -> Draft.to(new TopicName("shop", "topic-" + i % 50), "" + i))
                .toList();
        List<AppendResult> results = node().append(drafts);
        Node again = restarted(node());

        assertThat(results).hasOnlyElementsOfType(Accepted.class);
        for (int topic = 0; topic < 50; topic++) {
            int first = topic;
            List<String> sent =
                    IntStream.range(0, 40).mapToObj(i -> "" + (first + i * 50)).toList();
            assertThat(again.messages(new TopicName("shop", "topic-" + topic))).isEqualTo(sent);
        }
    }

    @Test
    default void endsSurvive() {
        node().accept(Draft.to(TOPIC, "final").with(new Effect.Close(EffectRules.DONE, true)));
        node().publish(OTHER, "a");
        node().accept(Draft.drop(OTHER));
        Head closed = node().head(TOPIC);
        Head dropped = node().head(OTHER);
        Node again = restarted(node());

        assertThat(again.append(Draft.to(TOPIC, "late"))).isEqualTo(new AppendResult.Closed(closed));
        assertThat(again.read(TOPIC).snapshot()).isNotNull();
        assertThat(again.head(OTHER)).isEqualTo(dropped);
        assertThat(again.publish(OTHER, "b").epoch()).isNotEqualTo(dropped.epoch());
    }

    @Test
    default void idempotencyKeysSurvive() {
        Accepted first = node().accept(Draft.to(TOPIC, "a").withKey("key"));
        Node again = restarted(node());

        assertThat(again.append(Draft.to(TOPIC, "a").withKey("key")))
                .isEqualTo(new Duplicate(first.position(), first.durability(), first.at()));
    }

    @Test
    default void timePassesWhileTheBackendIsStopped() {
        node().publish(TOPIC, "a");
        node().publish(OTHER, "a");
        node().close();
        elapse(Policies.HISTORY_AGE.plus(Policies.MOMENT));
        Node again = anotherNode();
        assertThat(again.messages(TOPIC)).isEmpty();
        assertThat(again.head(TOPIC).offset()).isEqualTo(1);

        again.close();
        elapse(Policies.IDLE_AGE);
        assertThat(anotherNode().read(TOPIC)).isEqualTo(TopicView.ABSENT);
    }

    @Test
    default void topicsAreFoundAfterARestart() {
        List.of("a", "b", "c").forEach(name -> node().publish(new TopicName("shop", name), "x"));

        assertThat(restarted(node()).names("shop")).containsExactly("a", "b", "c");
    }
}
