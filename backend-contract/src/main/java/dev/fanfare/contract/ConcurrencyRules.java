package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Closed;
import dev.fanfare.spi.AppendResult.Overloaded;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What stays true when many publish at once.
interface ConcurrencyRules extends BackendUnderTest {
    int PUBLISHERS = 64;

    @Test
    default void manyPublishersOfOneTopicMakeOneOrderWithoutHoles() {
        node().attach(TOPIC);
        List<Position> positions = Crowd.of(PUBLISHERS, publisher -> publishInOrder(TOPIC, publisher, 40)).stream()
                .flatMap(List::stream)
                .toList();
        List<StoredEvent> chain = node().chain(TOPIC, Policies.before(node().head(TOPIC)));

        assertThat(chain).extracting(StoredEvent::position).containsExactlyInAnyOrderElementsOf(positions);
        assertThat(chain)
                .extracting(StoredEvent::offset)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, PUBLISHERS * 40).boxed().toList());
        assertEachPublisherIsInOrder(chain);
        node().news().awaitAt(TOPIC, node().head(TOPIC).position());
        assertTheNewsAreInOrder(TOPIC);
    }

    @Test
    default void manyPublishersOfManyTopicsKeepTheirOrderInEach() {
        List<TopicName> topics = Throng.of(1_000).topics();
        Crowd.of(PUBLISHERS, publisher -> {
            Random chance = new Random(publisher);
            for (int i = 0; i < 100; i++) {
                TopicName topic = topics.get(chance.nextInt(topics.size()));
                node().publish(topic, publisher + " " + i);
            }
            return publisher;
        });

        assertThat(chainsInOrder(node(), "shop")).hasSize(PUBLISHERS * 100);
    }

    /// Returns the events of all topics of the app, each topic's in order, and in it each publisher's.
    static List<StoredEvent> chainsInOrder(Node node, String app) {
        List<StoredEvent> all = new ArrayList<>();
        for (String name : node.names(app)) {
            TopicName topic = new TopicName(app, name);
            List<StoredEvent> chain = node.chain(topic, Policies.before(node.head(topic)));
            assertEachPublisherIsInOrder(chain);
            all.addAll(chain);
        }
        return all;
    }

    @Test
    default void batchesThatNameTheSameTopicsInOppositeOrdersDoNotBlockEachOther() {
        List<TopicName> ascending = IntStream.range(0, 20)
                .mapToObj(i -> new TopicName("shop", "topic-" + i))
                .toList();
        List<TopicName> descending = new ArrayList<>(ascending);
        Collections.reverse(descending);
        Crowd.of(8, member -> {
            for (int round = 0; round < 25; round++) {
                List<TopicName> order = member % 2 == 0 ? ascending : descending;
                node().append(order.stream().map(topic -> Draft.to(topic, "x")).toList());
            }
            return member;
        });

        assertThat(ascending)
                .allSatisfy(topic -> assertThat(node().head(topic).offset()).isEqualTo(200));
    }

    @Test
    default void aFloodIsTakenOrRefusedAndNothingAcceptedIsLost() {
        List<CompletableFuture<List<AppendResult>>> answers = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            Draft draft = Draft.to(TOPIC, "" + i).keeping(Policies.LARGE);
            answers.add(node().backend().append(List.of(draft.append())).toCompletableFuture());
        }
        List<AppendResult> results =
                answers.stream().map(answer -> Await.result(answer).get(0)).toList();
        List<Position> accepted = results.stream()
                .filter(Accepted.class::isInstance)
                .map(result -> ((Accepted) result).position())
                .toList();

        assertThat(results).hasOnlyElementsOfTypes(Accepted.class, Overloaded.class);
        assertThat(node().chain(TOPIC, Policies.before(node().head(TOPIC))))
                .extracting(StoredEvent::position)
                .containsExactlyElementsOf(accepted);
    }

    @Test
    default void ofManyClosesOneWinsAndAllSeeItsReason() {
        for (int round = 0; round < 50; round++) {
            TopicName topic = new TopicName("shop", "topic-" + round);
            List<AppendResult> results = Crowd.of(16, i -> node().append(Draft.close(topic, "reason " + i)));
            Head head = node().head(topic);
            List<Integer> winners = IntStream.range(0, 16)
                    .filter(i -> results.get(i) instanceof Accepted)
                    .boxed()
                    .toList();

            assertThat(winners).hasSize(1);
            assertThat(head.reason()).isEqualTo(new CloseReason("reason " + winners.get(0)));
            assertThat(results).filteredOn(Closed.class::isInstance).hasSize(15).containsOnly(new Closed(head));
        }
    }

    @Test
    default void aCloseAmongPublishersIsTheLastEvent() {
        for (int round = 0; round < 20; round++) {
            TopicName topic = new TopicName("shop", "topic-" + round);
            List<AppendResult> results = Crowd.of(
                            PUBLISHERS / 4,
                            i -> i == 0
                                    ? List.of(node().append(Draft.close(topic, "done")))
                                    : publishUntilRefused(topic, 50))
                    .stream()
                    .flatMap(List::stream)
                    .toList();
            Head head = node().head(topic);
            long accepted = results.stream().filter(Accepted.class::isInstance).count();

            assertThat(results).hasOnlyElementsOfTypes(Accepted.class, Closed.class);
            assertThat(head.state()).isEqualTo(Head.State.CLOSED);
            assertThat(head.offset()).isEqualTo(accepted);
            assertThat(results).filteredOn(Closed.class::isInstance).allMatch(new Closed(head)::equals);
        }
    }

    @Test
    default void dropsAmongPublishersLeaveWholeLives() {
        Crowd.of(8, member -> {
            for (int i = 0; i < 200; i++) {
                node().append(
                                i % 20 == 0
                                        ? Draft.drop(TOPIC)
                                        : Draft.to(TOPIC, "x").with(Effect.SNAPSHOT));
            }
            return member;
        });
        Head last = node().head(TOPIC);

        List<StoredEvent> chain = node().chain(TOPIC, Policies.before(last));
        assertThat(chain).extracting(StoredEvent::epoch).containsOnly(last.epoch());
        assertThat(chain).hasSize(last.state() == Head.State.DROPPED ? 0 : (int) last.offset());
    }

    private List<Position> publishInOrder(TopicName topic, int publisher, int events) {
        return IntStream.range(0, events)
                .mapToObj(
                        i -> node().accept(Draft.to(topic, publisher + " " + i).keeping(Policies.LARGE))
                                .position())
                .toList();
    }

    private List<AppendResult> publishUntilRefused(TopicName topic, int most) {
        List<AppendResult> results = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            AppendResult result = node().append(Draft.to(topic, "x"));
            results.add(result);
            if (result instanceof Closed) {
                break;
            }
        }
        return results;
    }

    private static void assertEachPublisherIsInOrder(List<StoredEvent> chain) {
        Map<String, Integer> last = new HashMap<>();
        for (StoredEvent event : chain) {
            String[] message = event.message().utf8().split(" ", 2);
            int number = Integer.parseInt(message[1]);
            Integer before = last.put(message[0], number);
            assertThat(number).as("event of publisher %s", message[0]).isGreaterThan(before == null ? -1 : before);
        }
    }

    private void assertTheNewsAreInOrder(TopicName topic) {
        assertThat(node().news().of(topic))
                .extracting(news -> news.atLeast().offset())
                .isSorted();
        assertThat(node().news().of(topic).stream()
                        .flatMap(news -> news.events().stream())
                        .map(StoredEvent::offset)
                        .toList())
                .isSorted()
                .doesNotHaveDuplicates();
    }
}
