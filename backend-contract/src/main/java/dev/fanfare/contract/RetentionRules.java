package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How much of a topic stays readable: by number, by bytes and by age, whichever ends first.
interface RetentionRules extends BackendUnderTest {
    @Test
    default void onlyTheLastEventsAreKept() {
        IntStream.rangeClosed(1, 25)
                .forEach(i -> node().accept(Draft.to(TOPIC, "" + i).keeping(Policies.events(10))));

        assertThat(node().messages(TOPIC)).containsExactly("16", "17", "18", "19", "20", "21", "22", "23", "24", "25");
        assertThat(node().head(TOPIC).oldest()).isEqualTo(16);
    }

    @Test
    default void theFirstEventThatIsKeptTellsWhatCameBeforeIt() {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            positions.add(node().accept(Draft.to(TOPIC, "" + i).keeping(Policies.events(10)))
                    .position());
        }

        Position lastLost = positions.get(14);
        assertThat(node().read(TOPIC, lastLost).events().get(0).follows(lastLost))
                .isTrue();
        Position lostBefore = positions.get(13);
        assertThat(node().read(TOPIC, lostBefore).events().get(0).follows(lostBefore))
                .isFalse();
    }

    @Test
    default void onlySoManyBytesAreKept() {
        IntStream.range(0, 10)
                .forEach(i -> node().accept(
                                Draft.to(TOPIC, Bytes.owning(new byte[100])).keeping(Policies.bytes(350))));

        assertThat(node().offsets(TOPIC)).containsExactly(8L, 9L, 10L);
        assertThat(node().head(TOPIC).oldest()).isEqualTo(8);
    }

    @Test
    default void theLastEventIsKeptWhateverItsSize() {
        node().publish(TOPIC, "a");
        node().accept(Draft.to(TOPIC, Bytes.owning(new byte[1000])).keeping(Policies.bytes(350)));

        assertThat(node().offsets(TOPIC)).containsExactly(2L);
    }

    @Test
    default void eventsAreKeptForTheirTime() {
        node().publish(TOPIC, "a");
        elapse(Policies.HISTORY_AGE.minus(Policies.MOMENT));
        Position second = node().publish(TOPIC, "b");
        assertThat(node().messages(TOPIC)).containsExactly("a", "b");

        elapse(Policies.MOMENT.multipliedBy(2));
        assertThat(node().messages(TOPIC)).containsExactly("b");
        assertThat(node().head(TOPIC).oldest()).isEqualTo(2);

        elapse(Policies.HISTORY_AGE);
        Head head = node().head(TOPIC);
        assertThat(node().messages(TOPIC)).isEmpty();
        assertThat(head.position()).isEqualTo(second);
        assertThat(head.oldest()).isEqualTo(3);
    }

    @Test
    default void theChainGoesOnAfterAllOfHistoryHasExpired() {
        Position first = node().publish(TOPIC, "a");
        elapse(Policies.HISTORY_AGE.plus(Policies.MOMENT));
        node().publish(TOPIC, "b");

        StoredEvent next = node().read(TOPIC, first).events().get(0);
        assertThat(next.follows(first)).isTrue();
        assertThat(next.offset()).isEqualTo(2);
    }

    @Test
    default void aLongerPolicyDoesNotBringBackWhatAnEarlierOneLetGo() {
        IntStream.rangeClosed(1, 10)
                .forEach(i -> node().accept(Draft.to(TOPIC, "" + i).keeping(Policies.events(3))));
        node().accept(Draft.to(TOPIC, "11").keeping(Policies.events(100)));

        assertThat(node().messages(TOPIC)).containsExactly("8", "9", "10", "11");
    }

    @Test
    default void aShorterPolicyHoldsFromItsFirstEventOn() {
        IntStream.rangeClosed(1, 10).forEach(i -> node().publish(TOPIC, "" + i));
        node().accept(Draft.to(TOPIC, "11").keeping(Policies.events(3)));

        assertThat(node().messages(TOPIC)).containsExactly("9", "10", "11");
    }

    @Test
    default void anEphemeralTopicKeepsNothingAndCountsOn() {
        TopicPolicy ephemeral = TopicPolicy.DEFAULT.ephemeral();
        node().attach(TOPIC);
        Position first = node().accept(Draft.to(TOPIC, "a").keeping(ephemeral)).position();
        Position second = node().accept(Draft.to(TOPIC, "b").keeping(ephemeral)).position();

        assertThat(second).extracting(Position::epoch, Position::offset).containsExactly(first.epoch(), 2L);
        assertThat(node().messages(TOPIC)).isEmpty();
        assertThat(node().head(TOPIC).oldest()).isEqualTo(3);
        node().news().awaitAt(TOPIC, second);
    }

    @Test
    default void theNewsOfAnEphemeralTopicCarryItsEvents() {
        TopicPolicy ephemeral = TopicPolicy.DEFAULT.ephemeral();
        node().attach(TOPIC);
        List<String> sent = List.of("a", "b", "c");
        sent.forEach(message -> node().accept(Draft.to(TOPIC, message).keeping(ephemeral)));
        node().news().awaitAt(TOPIC, node().head(TOPIC).position());

        List<String> announced = node().news().of(TOPIC).stream()
                .flatMap(advanced -> advanced.events().stream())
                .map(event -> event.message().utf8())
                .toList();
        assertThat(announced).isEqualTo(sent);
    }

    @Test
    default void theSnapshotOutlivesHistory() {
        Position snapshot =
                node().accept(Draft.to(TOPIC, "state").with(Effect.SNAPSHOT)).position();
        IntStream.range(0, 20)
                .forEach(i -> node().accept(Draft.to(TOPIC, "" + i).keeping(Policies.events(5))));
        elapse(Policies.HISTORY_AGE.plus(Policies.MOMENT));
        TopicView view = node().read(TOPIC);

        assertThat(view.events()).isEmpty();
        assertThat(view.snapshot()).extracting(StoredEvent::position).isEqualTo(snapshot);
        assertThat(view.head()).extracting(Head::snapshotOffset).isEqualTo(1L);
    }

    @Test
    default void aSnapshotDoesNotCountAsHistory() {
        node().accept(Draft.to(TOPIC, "state").with(Effect.SNAPSHOT).keeping(Policies.events(2)));
        node().accept(Draft.to(TOPIC, "a").keeping(Policies.events(2)));
        node().accept(Draft.to(TOPIC, "b").keeping(Policies.events(2)));

        assertThat(node().messages(TOPIC)).containsExactly("a", "b");
    }

    @Test
    @Timeout(600)
    default void aTopicOfManyEventsKeepsItsBound() {
        int events = FaultScale.rounds(rounds() * 2, 1_000_000);
        for (int done = 0; done < events; done += 500) {
            List<Draft> batch = IntStream.range(0, 500)
                    .mapToObj(i -> Draft.to(TOPIC, "x").keeping(Policies.events(100)))
                    .toList();
            node().append(batch);
        }

        assertThat(node().head(TOPIC).offset()).isGreaterThanOrEqualTo(events);
        assertThat(node().offsets(TOPIC)).hasSize(100);
    }

    @Test
    default void anEventCannotGrowYoungWhenTheClockIsSetBack() {
        node().publish(TOPIC, "a");
        elapse(Policies.HISTORY_AGE.plus(Policies.MOMENT));
        node().publish(TOPIC, "b");
        assertThat(node().messages(TOPIC)).containsExactly("b");

        setBack(Duration.ofHours(1));
        node().publish(TOPIC, "c");
        assertThat(node().messages(TOPIC)).containsExactly("b", "c");
    }
}
