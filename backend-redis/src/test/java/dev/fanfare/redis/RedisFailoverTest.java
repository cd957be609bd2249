package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Topic;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisSentinel;
import dev.fanfare.testbed.RedisServer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of publishers and readers when another server takes over, or a part of the topics moves.
///
/// Redis copies to replicas a little later than it answers, so an event that was accepted can be lost. What must never
/// be is that a reader is not told.
@ExtendWith(ThreadLeaks.class)
final class RedisFailoverTest {
    /// What its readers get they owe to nothing but the store's news, and the ends of interruptions.
    private static Broadcaster node(String url) {
        return Broadcaster.builder(RedisBackend.at(url))
                .clock(new ClockWithoutResync())
                .start();
    }

    @Test
    void aPrimaryThatIsKilledUnderSentinelsIsReplacedAndNoLossIsSilent() {
        try (RedisSentinel sentinels = RedisSentinel.start();
                Broadcaster publishing = node(sentinels.url());
                Broadcaster reading = node(sentinels.url())) {
            Story story = new Story(publishing.app("shop").topic("orders"), reading);
            story.tell(100);
            RedisServer old = sentinels.primary();
            old.kill();
            story.tell(100);
            assertThat(sentinels.primary()).isNotSameAs(old);
            story.check();
        }
    }

    @Test
    void anEventThatOnlyTheDeadPrimaryHadIsAGap() {
        try (RedisSentinel sentinels = RedisSentinel.start();
                Broadcaster publishing = node(sentinels.url());
                Broadcaster reading = node(sentinels.url())) {
            Story story = new Story(publishing.app("shop").topic("orders"), reading);
            story.tell(10);
            RedisServer old = sentinels.primary();
            sentinels.replica().pause();
            old.run("CLIENT", "KILL", "TYPE", "replica"); // what follows does not reach it
            story.tell(10);
            old.kill();
            sentinels.replica().resume();
            story.tell(10);
            story.check();
            assertThat(story.gaps()).extracting(Delivery.Gap::cause).containsExactly(Delivery.Cause.REWOUND);
        }
    }

    @Test
    void aPrimaryOfAClusterThatIsKilledIsReplacedAndNoLossIsSilent() {
        try (RedisCluster cluster = RedisCluster.start();
                Broadcaster publishing = node(cluster.url());
                Broadcaster reading = node(cluster.url())) {
            List<Story> stories = stories(publishing, reading, topicsBelow(Partitions.SLOTS, 12));
            stories.forEach(story -> story.tell(20));
            cluster.primaries().get(0).kill();
            stories.forEach(story -> story.tell(20));
            stories.forEach(Story::check);
        }
    }

    /// Nobody reads there, so that only publishes can notice.
    @Test
    void aPrimaryOfAClusterThatIsFrozenIsReplacedAlsoForAPublisher() {
        try (RedisCluster cluster = RedisCluster.start();
                Broadcaster publishing = Broadcaster.on(RedisBackend.at(cluster.url()))) {
            RedisServer frozen = cluster.primaries().get(0);
            frozen.pause();
            try {
                for (int i = 0; i < 12; i++) {
                    publishUntilAccepted(publishing.app("shop").topic("topic-" + i));
                }
            } finally {
                frozen.resume();
            }
        }
    }

    private static void publishUntilAccepted(Topic topic) {
        Event event = Event.json("1");
        while (true) {
            assertThat(Thread.interrupted()).as("the test has taken too long").isFalse();
            try {
                topic.publish(event);
                return;
            } catch (BackendUnavailableException notYet) {
                // by and by another takes over
            }
        }
    }

    @Test
    void topicsThatMoveBetweenTheServersOfAClusterLoseNothing() {
        try (RedisCluster cluster = RedisCluster.start();
                Broadcaster publishing = node(cluster.url());
                Broadcaster reading = node(cluster.url())) {
            List<Story> stories = stories(publishing, reading, topicsBelow(2_000, 24));
            stories.forEach(story -> story.tell(10));
            RedisServer first = cluster.primaryOf(0);
            RedisServer second = cluster.primaryOf(8_000);
            RedisServer third = cluster.primaryOf(16_000);
            cluster.move(2_000, first, second);
            assertThat(cluster.primaryOf(0)).isEqualTo(second);
            stories.forEach(story -> story.tell(10));
            tellWhile(stories, () -> cluster.move(2_000, second, third));
            assertThat(cluster.primaryOf(0)).isEqualTo(third);
            requireNoLoss(stories);
        }
    }

    @Test
    void aServerThatJoinsAClusterUnderLoadTakesTopicsOverWithoutALoss() {
        try (RedisCluster cluster = RedisCluster.start();
                Broadcaster publishing = node(cluster.url());
                Broadcaster reading = node(cluster.url())) {
            List<Story> stories = stories(publishing, reading, topicsBelow(2_000, 24));
            stories.forEach(story -> story.tell(10));
            RedisServer first = cluster.primaryOf(0);
            tellWhile(stories, () -> cluster.move(2_000, first, cluster.grow()));
            assertThat(cluster.primaryOf(0).port())
                    .isEqualTo(cluster.servers().get(6).port());
            requireNoLoss(stories);
        }
    }

    /// Each topic is published to and read all the time.
    private static void tellWhile(List<Story> stories, Runnable change) {
        CompletableFuture<Void> changing = CompletableFuture.runAsync(change);
        while (!changing.isDone()) {
            stories.forEach(story -> story.tell(1));
        }
        changing.join();
    }

    private static void requireNoLoss(List<Story> stories) {
        stories.forEach(story -> story.tell(10));
        stories.forEach(Story::check);
        assertThat(stories).allSatisfy(story -> assertThat(story.gaps()).isEmpty());
    }

    /// Returns names of topics whose slots come before that one: the first are those that are moved.
    private static List<String> topicsBelow(int slot, int count) {
        Partitions partitions = Partitions.ofCluster();
        return IntStream.iterate(0, number -> number + 1)
                .mapToObj(number -> "topic-" + number)
                .filter(name -> partitions.slotOf(partitions.of(new TopicName("shop", name))) < slot)
                .limit(count)
                .toList();
    }

    private static List<Story> stories(Broadcaster publishing, Broadcaster reading, List<String> names) {
        return names.stream()
                .map(name -> new Story(publishing.app("shop").topic(name), reading))
                .toList();
    }
}
