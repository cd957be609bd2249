package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisSentinel;
import dev.fanfare.testbed.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of publishers and readers when another server takes over, or a part of the topics moves.
///
/// Redis copies to replicas a little later than it answers, so an event that was accepted can be lost. What must never
/// be is that a reader is not told.
@ExtendWith(ThreadLeaks.class)
final class RedisFailoverTest {
    @Test
    void aPrimaryThatIsKilledUnderSentinelsIsReplacedAndNoLossIsSilent() {
        try (RedisSentinel sentinels = RedisSentinel.start();
                Broadcaster publishing = Broadcaster.on(RedisBackend.at(sentinels.url()));
                Broadcaster reading = Broadcaster.on(RedisBackend.at(sentinels.url()))) {
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
                Broadcaster publishing = Broadcaster.on(RedisBackend.at(sentinels.url()));
                Broadcaster reading = Broadcaster.on(RedisBackend.at(sentinels.url()))) {
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
            assertThat(story.gaps).extracting(Delivery.Gap::cause).containsExactly(Delivery.Cause.REWOUND);
        }
    }

    @Test
    void aPrimaryOfAClusterThatIsKilledIsReplacedAndNoLossIsSilent() {
        try (RedisCluster cluster = RedisCluster.start();
                Broadcaster publishing = Broadcaster.on(RedisBackend.at(cluster.url()));
                Broadcaster reading = Broadcaster.on(RedisBackend.at(cluster.url()))) {
            List<Story> stories = stories(publishing, reading, 12);
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
                Broadcaster publishing = Broadcaster.on(RedisBackend.at(cluster.url()));
                Broadcaster reading = Broadcaster.on(RedisBackend.at(cluster.url()))) {
            List<Story> stories = stories(publishing, reading, 24);
            stories.forEach(story -> story.tell(10));
            List<RedisServer> primaries = cluster.primaries();
            cluster.move(2_000, primaries.get(0), primaries.get(1));
            stories.forEach(story -> story.tell(10));
            cluster.move(2_000, primaries.get(1), primaries.get(2));
            stories.forEach(story -> story.tell(10));
            stories.forEach(Story::check);
            assertThat(stories).allSatisfy(story -> assertThat(story.gaps).isEmpty());
        }
    }

    private static List<Story> stories(Broadcaster publishing, Broadcaster reading, int count) {
        List<Story> stories = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            stories.add(new Story(publishing.app("shop").topic("topic-" + i), reading));
        }
        return stories;
    }

    /// A topic that one node publishes and another reads: what was accepted, what was received, and what the reader was
    /// told that it missed.
    private static final class Story {
        final List<Delivery.Gap> gaps = new ArrayList<>();
        private final Topic topic;
        private final RecordingSubscriber subscriber;
        private final Map<Position, String> accepted = new ConcurrentHashMap<>();
        private final List<Received> received = new ArrayList<>();
        private int told;

        Story(Topic topic, Broadcaster reading) {
            this.topic = topic;
            this.subscriber = RecordingSubscriber.of(reading.app("shop"), topic.name(), StartAt.earliest());
        }

        /// Publishes so many events, each until it is accepted, and reads until it stands at the last.
        void tell(int events) {
            Position last = null;
            for (int i = 0; i < events; i++) {
                last = publish(String.valueOf(told++));
            }
            Position reached = Position.NONE;
            while (!reached.equals(last)) {
                Delivery next = subscriber.next();
                reached = next.position();
                if (next instanceof Received event) {
                    received.add(event);
                } else if (next instanceof Delivery.Gap gap) {
                    gaps.add(gap);
                }
            }
        }

        private Position publish(String message) {
            while (true) {
                try {
                    Position position = topic.publish(message).position();
                    accepted.put(position, message);
                    return position;
                } catch (BackendUnavailableException notYet) {
                    // the next attempt waits for as long
                }
            }
        }

        /// Whatever was accepted has been received, or a gap has told of it; nothing came twice.
        void check() {
            assertThat(received).extracting(Received::position).doesNotHaveDuplicates();
            if (gaps.isEmpty()) {
                assertThat(received).extracting(Received::position).containsAll(accepted.keySet());
            }
            subscriber.close();
        }
    }
}
