package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.fanfare.Broadcaster;
import dev.fanfare.Position;
import dev.fanfare.StartAt;
import dev.fanfare.contract.RecordingListener.News;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.jobs.Jobs;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Closed;
import dev.fanfare.spi.AppendResult.Conflict;
import dev.fanfare.spi.AppendResult.Duplicate;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The rules of a backend that several nodes share: implemented by the test of one that claims to be shared.
public interface ClusterContract extends BackendUnderTest {
    /// Returns the node that the member of a crowd works with: every other one has the second.
    private static Node nodeOf(int member, Node a, Node b) {
        return member % 2 == 0 ? a : b;
    }

    @Test
    default void whatOneNodePublishesEveryNodeCanReadAtOnce() {
        Node other = anotherNode();
        for (int i = 0; i < 200; i++) {
            Position position = nodeOf(i, node(), other).publish(TOPIC, "" + i);
            assertThat(nodeOf(i + 1, node(), other).head(TOPIC).position()).isEqualTo(position);
        }
        assertThat(other.read(TOPIC)).isEqualTo(node().read(TOPIC));
    }

    @Test
    default void whatOneNodePublishesIsAnnouncedToTheOthersInATenthOfASecond() {
        Node other = anotherNode();
        other.attach(TOPIC);
        node().news().react(news -> {});
        long[] nanos = new long[200];
        for (int i = 0; i < nanos.length; i++) {
            long begin = System.nanoTime();
            other.news().awaitAt(TOPIC, node().publish(TOPIC, "" + i));
            nanos[i] = System.nanoTime() - begin;
        }
        long p99 = IntStream.range(0, nanos.length)
                .mapToLong(i -> nanos[i])
                .sorted()
                .toArray()[nanos.length - 2];
        assertThat(TimeUnit.NANOSECONDS.toMillis(p99)).as("milliseconds, p99").isLessThan(100);
    }

    @Test
    default void whatAnotherNodePublishesRightAfterAttachIsAnnounced() {
        Node other = anotherNode();
        for (int round = 0; round < 300; round++) {
            TopicName topic = new TopicName("shop", "topic-" + round % 100);
            node().attach(topic);
            node().news().awaitAt(topic, other.publish(topic, "x"));
            node().detach(topic);
        }
    }

    @Test
    default void whatIsAnnouncedOfAnotherNodeCanBeRead() {
        Node other = anotherNode();
        Queue<CompletionStage<Boolean>> checks = new ConcurrentLinkedQueue<>();
        node().news().react(news -> {
            if (news instanceof News.Advanced advanced) {
                checks.add(node().canRead(advanced));
            }
        });
        node().attach(TOPIC);
        Crowd.of(4, member -> {
            IntStream.range(0, 75).forEach(i -> other.publish(TOPIC, "x"));
            return member;
        });
        node().news().awaitAt(TOPIC, other.head(TOPIC).position());

        assertThat(checks)
                .isNotEmpty()
                .allSatisfy(check -> assertThat(Await.result(check)).isTrue());
    }

    @Test
    default void batchesThatNameTheSameTopicsInOppositeOrdersAreAllStored() {
        Node other = anotherNode();
        List<TopicName> topics = IntStream.range(0, 8)
                .mapToObj(i -> new TopicName("shop", "topic-" + i))
                .toList();
        List<TopicName> backwards = new ArrayList<>(topics);
        Collections.reverse(backwards);
        Crowd.of(4, member -> {
            List<TopicName> order = member % 2 == 0 ? topics : backwards;
            for (int round = 0; round < 100; round++) {
                List<Draft> drafts =
                        order.stream().map(topic -> Draft.to(topic, "x")).toList();
                assertThat(nodeOf(member, node(), other).append(drafts)).hasOnlyElementsOfType(Accepted.class);
            }
            return member;
        });
        assertThat(topics)
                .allSatisfy(topic -> assertThat(node().head(topic).offset()).isEqualTo(400));
    }

    @Test
    default void publishersOnAllNodesMakeOneOrder() {
        Node other = anotherNode();
        node().attach(TOPIC);
        other.attach(TOPIC);
        Crowd.of(32, member -> {
            IntStream.range(0, 40)
                    .forEach(i -> nodeOf(member, node(), other)
                            .accept(Draft.to(TOPIC, member + " " + i).keeping(Policies.LARGE)));
            return member;
        });
        Head head = node().head(TOPIC);
        List<StoredEvent> chain = node().chain(TOPIC, Policies.before(head));

        assertThat(chain).hasSize(32 * 40);
        assertThat(other.chain(TOPIC, Policies.before(head))).isEqualTo(chain);
        List.of(node(), other).forEach(each -> {
            each.news().awaitAt(TOPIC, head.position());
            assertThat(each.news().of(TOPIC))
                    .extracting(news -> news.atLeast().offset())
                    .isSorted();
        });
    }

    @Test
    default void publishersOnAllNodesKeepTheirOrderInEachOfManyTopics() {
        Node other = anotherNode();
        Throng all = Throng.of(1_000);
        Crowd.of(ConcurrencyRules.PUBLISHERS, publisher -> {
            Random chance = new Random(publisher);
            for (int i = 0; i < 100; i++) {
                TopicName topic = all.topics().get(chance.nextInt(1_000));
                nodeOf(i, node(), other).publish(topic, publisher + " " + i);
            }
            return publisher;
        });
        List<StoredEvent> stored = ConcurrencyRules.chainsInOrder(node(), "shop");

        assertThat(stored).hasSize(ConcurrencyRules.PUBLISHERS * 100);
        assertThat(ConcurrencyRules.chainsInOrder(other, "shop")).isEqualTo(stored);
    }

    @Test
    default void ofManyThatExpectTheSameHeadOneWinsOnWhicheverNode() {
        Node other = anotherNode();
        node().publish(TOPIC, "a");
        for (int round = 0; round < 25; round++) {
            Position at = node().head(TOPIC).position();
            List<AppendResult> results = Crowd.of(
                    16,
                    i -> nodeOf(i, node(), other).append(Draft.to(TOPIC, "x").expecting(at)));

            assertThat(results).filteredOn(Accepted.class::isInstance).hasSize(1);
            assertThat(results).filteredOn(Conflict.class::isInstance).hasSize(15);
            assertThat(other.head(TOPIC).offset()).isEqualTo(at.offset() + 1);
        }
    }

    @Test
    default void aKeyIsKnownOnEveryNode() {
        Node other = anotherNode();
        for (int round = 0; round < 25; round++) {
            String key = "key-" + round;
            List<AppendResult> results = Crowd.of(
                    16,
                    i -> nodeOf(i, node(), other).append(Draft.to(TOPIC, key).withKey(key)));

            assertThat(results).filteredOn(Accepted.class::isInstance).hasSize(1);
            assertThat(results).filteredOn(Duplicate.class::isInstance).hasSize(15);
        }
        assertThat(node().head(TOPIC).offset()).isEqualTo(25);
    }

    @Test
    default void allNodesSeeTheSameClose() {
        Node other = anotherNode();
        for (int round = 0; round < 25; round++) {
            TopicName topic = new TopicName("shop", "topic-" + round);
            List<AppendResult> results =
                    Crowd.of(16, i -> nodeOf(i, node(), other).append(Draft.close(topic, "reason " + i)));

            assertThat(results).filteredOn(Accepted.class::isInstance).hasSize(1);
            assertThat(results)
                    .filteredOn(Closed.class::isInstance)
                    .hasSize(15)
                    .containsOnly(new Closed(other.head(topic)));
            assertThat(node().head(topic)).isEqualTo(other.head(topic));
        }
    }

    @Test
    default void aCloseAmongPublishersOnAllNodesIsTheLastEvent() {
        Node other = anotherNode();
        node().publish(TOPIC, "first");
        List<Long> accepted = Crowd.of(16, member -> {
            Node mine = nodeOf(member, node(), other);
            long taken = 0;
            while (mine.append(Draft.to(TOPIC, "x")) instanceof Accepted) {
                taken++;
                if (member == 5 && taken == 20) {
                    mine.append(Draft.close(TOPIC, "done"));
                }
            }
            return taken;
        });

        long all = accepted.stream().mapToLong(Long::longValue).sum() + 2;
        assertThat(node().head(TOPIC)).extracting(Head::offset, Head::state).containsExactly(all, Head.State.CLOSED);
        assertThat(other.head(TOPIC)).isEqualTo(node().head(TOPIC));
    }

    @Test
    default void theEndOfATopicIsAnnouncedToEveryNode() {
        Node other = anotherNode();
        node().publish(OTHER, "a");
        other.attach(TOPIC, OTHER);
        node().publish(TOPIC, "a");
        Position end = node().accept(Draft.to(TOPIC, "final").with(new Effect.Close(EffectRules.DONE, true)))
                .position();
        node().accept(Draft.drop(OTHER));

        other.news()
                .await(
                        "the close",
                        news -> news instanceof News.Advanced advanced
                                && advanced.atLeast().position().equals(end)
                                && advanced.atLeast().state() == Head.State.CLOSED);
        other.news()
                .await(
                        "the drop",
                        news -> news instanceof News.Advanced advanced
                                && advanced.topic().equals(OTHER)
                                && advanced.atLeast().state() == Head.State.DROPPED);
    }

    @Test
    default void topicsThatAppearAreAnnouncedToTheNodesThatWatch() {
        Node other = anotherNode();
        Await.result(other.backend().watch("shop"));
        node().publish(TOPIC, "a");
        other.news().awaitAppearance(TOPIC);

        assertThat(node().news().all()).isEmpty();
    }

    @Test
    default void jobsAndPatternsReachOverAllNodes() {
        try (Broadcaster one = Broadcaster.on(open());
                Broadcaster other = Broadcaster.on(open());
                RecordingSubscriber reader = RecordingSubscriber.of(other.app("shop"), "orders/*", StartAt.live())) {
            Jobs jobs = one.app("shop").jobs();
            jobs.update("import-1", JobChange.status(JobStatus.PROCESSING).at(0.5));
            jobs.complete("import-2");
            assertThat(other.app("shop").jobs().list(null, null, 10).jobs())
                    .extracting(JobUpdate::jobId, JobUpdate::status)
                    .containsExactly(tuple("import-1", JobStatus.PROCESSING), tuple("import-2", JobStatus.COMPLETE));
            assertThat(other.app("shop")
                            .jobs()
                            .list(JobStatus.COMPLETE, null, 10)
                            .jobs())
                    .extracting(JobUpdate::jobId)
                    .containsExactly("import-2");

            one.app("shop").topic("orders/1").publish("1");
            assertThat(reader.messages(1)).containsExactly("1");
        }
    }

    @Test
    default void aNodeThatLeavesDoesNotDisturbTheOthers() {
        Node other = anotherNode();
        node().attach(TOPIC);
        other.attach(TOPIC);
        other.publish(TOPIC, "a");
        other.close();

        node().news().awaitAt(TOPIC, node().publish(TOPIC, "b"));
        assertThat(node().messages(TOPIC)).containsExactly("a", "b");
    }

    @Test
    default void nodesCanStartAtTheSameMomentOnAnEmptyStore() {
        List<Node> nodes = Crowd.of(4, i -> Node.start(open()));
        try {
            nodes.forEach(each -> each.publish(TOPIC, "hello"));
            assertThat(nodes).allSatisfy(each -> assertThat(each.offsets(TOPIC)).containsExactly(1L, 2L, 3L, 4L));
        } finally {
            nodes.forEach(Node::close);
        }
    }

    /// Nodes come and go, and the live path is cut if the test can do that.
    @Test
    @Timeout(3600)
    default void whateverIsAskedOfAnyNodeIsAnsweredAsTheMemoryBackendAnswers() {
        long seed = FaultScale.seed();
        List<RandomWalk> walks = IntStream.range(0, 4)
                .mapToObj(i -> new RandomWalk("app-" + i, seed + i))
                .toList();
        Random chance = new Random(seed);
        boolean isOfInterest = node().backend().capabilities().durable(); // others are that memory backend themselves
        long end = System.nanoTime() + (isOfInterest ? FaultScale.walk().toNanos() : 0);
        try {
            do {
                walkOn(walks, chance);
            } while (System.nanoTime() < end);
        } catch (AssertionError failed) {
            throw new AssertionError("with -Dfanfare.seed=" + seed + ": " + failed.getMessage(), failed);
        } finally {
            walks.forEach(RandomWalk::close);
        }
    }

    private void walkOn(List<RandomWalk> walks, Random chance) {
        try (Node one = Node.start(open());
                Node other = Node.start(open())) {
            List<Node> nodes = List.of(one, other);
            Crowd.of(walks.size(), number -> {
                walks.get(number).walk(nodes, 100);
                for (int i = 0; number == 0 && i < 2 && this instanceof OutageContract fault; i++) {
                    fault.cut();
                    fault.mend();
                    walks.get(number).walk(nodes, chance.nextInt(50));
                }
                return number;
            });
        }
    }
}
