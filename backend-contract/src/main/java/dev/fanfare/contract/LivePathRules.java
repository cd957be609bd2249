package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.contract.RecordingListener.News;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.TopicName;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How commits are made known: to whom, when, in which order.
interface LivePathRules extends BackendUnderTest {
    @Test
    default void whatIsPublishedAfterAttachIsAnnounced() {
        for (int round = 0; round < rounds(); round++) {
            TopicName topic = new TopicName("shop", "topic-" + round % 100);
            node().attach(topic);
            node().news().awaitAt(topic, node().publish(topic, "x"));
            node().detach(topic);
        }
    }

    @Test
    default void newsTellTheHeadAndTheEventsThatLedThere() {
        node().attach(TOPIC);
        node().accept(Draft.to(TOPIC, "a").named("created").conflatable());
        node().accept(Draft.to(TOPIC, "b").with(Effect.SNAPSHOT));
        Position end = node().accept(Draft.close(TOPIC, "done")).position();
        node().news().awaitAt(TOPIC, end);
        List<News.Advanced> news = node().news().of(TOPIC);
        News.Advanced last = news.get(news.size() - 1);

        assertThat(last.atLeast()).isEqualTo(node().head(TOPIC));
        assertThat(news)
                .filteredOn(advanced -> !advanced.events().isEmpty())
                .allSatisfy(advanced -> assertThat(advanced.events()
                                .get(advanced.events().size() - 1)
                                .position())
                        .isEqualTo(advanced.atLeast().position()));
        assertThat(node().read(TOPIC).events())
                .containsAll(news.stream()
                        .flatMap(advanced -> advanced.events().stream())
                        .toList());
    }

    @Test
    default void aDropIsAnnouncedByItsHead() {
        node().publish(TOPIC, "a");
        node().attach(TOPIC);
        Position drop = node().accept(Draft.drop(TOPIC)).position();
        node().news()
                .await(
                        "the drop",
                        news -> news instanceof News.Advanced advanced
                                && advanced.atLeast().state() == Head.State.DROPPED
                                && advanced.atLeast().position().equals(drop));
    }

    @Test
    default void newsNeverComeBeforeTheEventCanBeRead() {
        Queue<CompletionStage<Boolean>> checks = new ConcurrentLinkedQueue<>();
        node().news().react(news -> {
            if (news instanceof News.Advanced advanced) {
                checks.add(node().canRead(advanced));
            }
        });
        node().attach(TOPIC);
        Crowd.of(4, i -> {
            IntStream.range(0, rounds() / 4).forEach(n -> node().publish(TOPIC, "x"));
            return i;
        });
        node().news().awaitAt(TOPIC, node().head(TOPIC).position());

        assertThat(checks)
                .isNotEmpty()
                .allSatisfy(check -> assertThat(Await.result(check)).isTrue());
    }

    @Test
    default void theNewsOfATopicAreToldOneAtATime() {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        node().news().react(news -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            IntStream.range(0, 500).forEach(spin -> Thread.onSpinWait());
            inside.decrementAndGet();
        });
        node().attach(TOPIC);
        Crowd.of(8, i -> {
            IntStream.range(0, rounds() / 20).forEach(n -> node().publish(TOPIC, "x"));
            return i;
        });
        node().news().awaitAt(TOPIC, node().head(TOPIC).position());

        assertThat(most.get()).isLessThanOrEqualTo(1); // 0 if all came at once, and its reaction has yet to begin
    }

    @Test
    default void onlyAttachedTopicsMakeNews() {
        node().attach(TOPIC);
        node().publish(OTHER, "x");
        node().publish(new TopicName("office", TOPIC.name()), "x");
        node().news().awaitAt(TOPIC, node().publish(TOPIC, "a"));

        assertThat(node().news().all())
                .allSatisfy(news -> assertThat(news)
                        .isInstanceOfSatisfying(
                                News.Advanced.class,
                                advanced -> assertThat(advanced.topic()).isEqualTo(TOPIC)));
    }

    @Test
    default void aDetachedTopicMakesNoMoreNews() {
        node().attach(TOPIC, OTHER);
        node().news().awaitAt(TOPIC, node().publish(TOPIC, "a"));
        node().detach(TOPIC);
        long heard = node().head(TOPIC).offset();
        node().publish(TOPIC, "unheard");
        node().news().awaitAt(OTHER, node().publish(OTHER, "a"));

        assertThat(node().news().of(TOPIC)).allMatch(news -> news.atLeast().offset() <= heard);
    }

    @Test
    default void aTopicCanBeAttachedAndDetachedAgainAndAgain() {
        List<TopicName> topics = IntStream.range(0, 100)
                .mapToObj(i -> new TopicName("shop", "t" + i))
                .toList();
        for (int round = 0; round < 100; round++) {
            Await.result(node().backend().attach(topics));
            node().backend().detach(topics);
        }
        node().attach(TOPIC);
        node().publish(topics.get(0), "unheard");
        node().news().awaitAt(TOPIC, node().publish(TOPIC, "a"));

        assertThat(node().news().of(topics.get(0))).isEmpty();
    }

    @Test
    default void aListenerThatThrowsHarmsNobody() {
        node().news().react(news -> {
            throw new BrokenPromise();
        });
        node().attach(TOPIC, OTHER);
        node().publish(TOPIC, "a");
        node().publish(OTHER, "a");
        Position second = node().publish(TOPIC, "b");

        node().news().awaitAt(TOPIC, second);
        node().news().awaitAt(OTHER, node().publish(OTHER, "b"));
        assertThat(node().messages(TOPIC)).containsExactly("a", "b");
    }

    @Test
    default void aListenerThatIsSlowDoesNotHoldUpOtherTopics() {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        node().attach(TOPIC);
        node().news().react(news -> {
            inside.countDown();
            Await.signal(release);
        });
        CompletableFuture<Position> slow = Crowd.spawn("slow", () -> node().publish(TOPIC, "a"));
        Await.signal(inside);
        try {
            assertThat(node().publish(OTHER, "b").offset()).isEqualTo(1);
            assertThat(node().messages(OTHER)).containsExactly("b");
        } finally {
            release.countDown();
        }
        assertThat(Await.result(slow).offset()).isEqualTo(1);
    }

    @Test
    default void whoeverAttachesAmidPublishingMissesNothingThatFollows() {
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> publishing = Crowd.spawn("publisher", () -> {
            while (!enough.get()) {
                node().publish(TOPIC, "x");
            }
            return null;
        });
        try {
            for (int join = 0; join < Math.min(1_000, rounds()); join++) {
                node().attach(TOPIC);
                Position next = node().publish(TOPIC, "join " + join);
                node().news().awaitAt(TOPIC, next);
                node().detach(TOPIC);
            }
        } finally {
            enough.set(true);
            Await.result(publishing);
        }
    }

    /// Others read a long history meanwhile, so that a store that locks has the two stand in line in either order.
    @Test
    default void whatIsPublishedWhileSomebodyAttachesIsReadOrAnnounced() {
        node().append(IntStream.range(0, 1_000)
                .mapToObj(i -> Draft.to(TOPIC, "" + i).keeping(Policies.LARGE))
                .toList());
        for (int round = 0; round < rounds() / 20; round++) {
            List<Position> seen = Crowd.of(4, member -> switch (member) {
                case 0 ->
                    node().accept(Draft.to(TOPIC, "x").keeping(Policies.LARGE)).position();
                case 1 -> attachAndRead(TOPIC);
                default -> {
                    node().read(TOPIC);
                    yield Position.NONE;
                }
            });
            Position published = seen.get(0);
            if (seen.get(1).offset() < published.offset()) {
                node().news().awaitAt(TOPIC, published);
            }
            node().detach(TOPIC);
        }
    }

    private Position attachAndRead(TopicName topic) {
        node().attach(topic);
        return node().head(topic).position();
    }

    /// What the listener of a test throws. Without a stack trace: a backend may well log it.
    final class BrokenPromise extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenPromise() {
            super("a listener that breaks its promise, on purpose", null, false, false);
        }
    }
}
