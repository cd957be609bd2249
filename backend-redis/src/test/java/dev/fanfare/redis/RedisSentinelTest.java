package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.RedisSentinel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// How a primary is found by way of its Sentinels. All else is as with one server, which the contract covers; what
/// happens when a primary fails is in [RedisFailoverTest].
@ExtendWith(ThreadLeaks.class)
final class RedisSentinelTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final String NOWHERE = "127.0.0.1:1";

    private static RedisSentinel sentinels;

    @BeforeAll
    static void start() {
        sentinels = RedisSentinel.start();
    }

    @AfterAll
    static void stop() {
        sentinels.close();
    }

    /// Returns the address with another part in the place of the one.
    private static String url(String part, String other) {
        return sentinels.url().replace(part, other);
    }

    private static void requireUsable(String url) {
        try (Node one = Node.start(RedisBackend.at(url));
                Node other = Node.start(RedisBackend.at(url))) {
            other.attach(TOPIC);
            other.news()
                    .awaitAt(
                            TOPIC,
                            one.accept(Draft.to(TOPIC, "a").withKey("key")).position());
            assertThat(other.messages(TOPIC)).endsWith("a");
            one.backend().purge(TOPIC.app()).toCompletableFuture().join();
        }
    }

    @Test
    void aSentinelThatIsAwayIsPassedOver() {
        requireUsable(url("://", "://" + NOWHERE + ","));
    }

    @Test
    void aUserSignsInAtTheServersAndNotAtTheSentinels() {
        sentinels.primary().run(RedisPermissions.of("me", "secret"));
        requireUsable(url("://", "://me:secret@"));
        assertThat(Refusal.of(url("://", "://me:another-secret@")))
                .contains("it does not accept the user or the password");
    }

    @Test
    void sentinelsThatWantAPasswordAreGivenThatOfTheServers() {
        try (RedisSentinel locked = RedisSentinel.startWithPassword("secret")) {
            requireUsable(locked.url().replace("://", "://:secret@") + "/3");
            assertThat(Refusal.of(locked.url())).contains("it wants a password, as in redis+sentinel://:password@host");
            assertThat(Refusal.of(locked.url().replace("://", "://:another-secret@")))
                    .contains(
                            "its Sentinels do not accept the user or the password of the servers",
                            "give them the same");
        }
    }

    @Test
    void noSentinelThatAnswers() {
        assertThat(Refusal.ofOneThatIsAway("redis+sentinel://" + NOWHERE + "/primary"))
                .contains(NOWHERE, "Connection refused");
    }

    @Test
    void aPrimaryThatTheSentinelsDoNotKnow() {
        assertThat(Refusal.of(url("/primary", "/nobody"))).contains("the Sentinels know no primary of the name nobody");
    }

    @Test
    void aSentinelThatIsNamedAsAServer() {
        String sentinel = sentinels.url().replaceAll(".*[/,](127[0-9.:]+)/primary", "$1");
        assertThat(Refusal.of("redis://" + sentinel))
                .contains("it is a Sentinel", "redis+sentinel://host:port/primary");
    }
}
