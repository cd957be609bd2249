package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Durability;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.Polling;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.contract.Warnings;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is refused before anything is kept in it, and how what is accepted says what it promises.
@ExtendWith(ThreadLeaks.class)
final class RedisStartTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");

    private final RedisServer server = RedisServer.start();

    @AfterEach
    void stop() {
        server.close();
    }

    private String url(String credentials) {
        return "redis://" + credentials + "127.0.0.1:" + server.port();
    }

    @Test
    void noServer() {
        assertThat(Refusal.ofOneThatIsAway("redis://:secret@127.0.0.1:1"))
                .contains("127.0.0.1:1", "Connection refused");
    }

    @Test
    void aServerThatIsSilentIsAway() {
        server.pause();
        assertThat(Refusal.ofOneThatIsAway(url(""))).contains("127.0.0.1");
        server.resume();
    }

    @Test
    void aServerThatWantsAPassword() {
        server.run("CONFIG", "SET", "requirepass", "right");
        assertThat(Refusal.of(url(""))).contains("it wants a password");
        assertThat(Refusal.of(url(":secret@"))).contains("it does not accept the user or the password");
    }

    @Test
    void aUserWhoMayNotDoWhatIsNeeded() {
        server.run("ACL", "SETUSER", "me", "on", ">secret", "~fanfare:*", "&fanfare:*", "+@connection", "+info");
        assertThat(Refusal.of(url("me:secret@"))).contains("its user may not do what is needed", "docs/backends.md");
    }

    @Test
    void aUserWhoMayDoNoMoreThanIsNeededIsEnough() {
        server.run(RedisPermissions.of("me", "secret"));
        try (Node node = Node.start(RedisBackend.at(url("me:secret@")))) {
            node.attach(TOPIC);
            node.news()
                    .awaitAt(
                            TOPIC,
                            node.accept(Draft.to(TOPIC, "a").withKey("key")).position());
            assertThat(node.names("shop")).containsExactly("orders");
            assertThat(node.messages(TOPIC)).containsExactly("a");
        }
    }

    @Test
    void theDocumentationSaysWhatAUserNeeds() throws IOException {
        Path docs = Path.of("").toAbsolutePath().resolveSibling("docs");
        assertThat(Files.readString(docs.resolve("backends.md"))).contains(RedisPermissions.LINE);
    }

    @Test
    void aServerThatThrowsKeysAwayWhenMemoryIsShort() {
        for (String policy : List.of("allkeys-lru", "volatile-lru", "volatile-ttl")) {
            server.run("CONFIG", "SET", "maxmemory-policy", policy);
            assertThat(Refusal.of(url("")))
                    .contains("its maxmemory-policy is " + policy, "CONFIG SET maxmemory-policy noeviction");
        }
    }

    @Test
    void aReplica() {
        server.run("REPLICAOF", "127.0.0.1", "1");
        assertThat(Refusal.of(url(""))).contains("it is a replica of 127.0.0.1:1; name the primary, or its Sentinels");
    }

    @Test
    void aServerThatIsNoCluster() {
        assertThat(Refusal.of("redis+cluster://127.0.0.1:" + server.port())).contains("it is not part of a cluster");
    }

    @Test
    void aPrefixThatIsSomebodyElses() {
        server.run("SET", "mine:format", "xml");
        assertThat(Refusal.of(url("") + "?prefix=mine")).contains("prefix mine", "another ?prefix=");
        server.run("RPUSH", "theirs:format", "x");
        assertThat(Refusal.of(url("") + "?prefix=theirs")).contains("prefix theirs", "?prefix=");
    }

    @Test
    void deploymentsWithPrefixesOfTheirOwnDoNotTouchEachOther() {
        try (Node one = Node.start(RedisBackend.at(url("")));
                Node two = Node.start(RedisBackend.at(url("") + "?prefix=two"));
                Node three = Node.start(RedisBackend.at(url("") + "/3"))) {
            two.attach(TOPIC);
            three.attach(TOPIC);
            one.publish(TOPIC, "a");
            two.news().awaitAt(TOPIC, two.publish(TOPIC, "b"));
            three.news().awaitAt(TOPIC, three.publish(TOPIC, "c"));
            assertThat(one.messages(TOPIC)).containsExactly("a");
            assertThat(two.messages(TOPIC)).containsExactly("b");
            assertThat(three.messages(TOPIC)).containsExactly("c");
            assertThat(two.news().of(TOPIC)).hasSize(1);
            assertThat(three.news().of(TOPIC)).hasSize(1);
        }
    }

    @Test
    void aServerThatBeginsToThrowKeysAwayLaterIsWarnedOfOnce() {
        try (Warnings warnings = Warnings.of(DurabilityWatch.class);
                Node node = Node.start(RedisBackend.at(url("")))) {
            server.run("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
            awaitSeen(node, "yes");
            awaitSeen(node, "no");

            assertThat(warnings.texts())
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .contains(url(""), "its maxmemory-policy is volatile-lru", "noeviction");
        }
    }

    /// What the server answers at once is seen together.
    private void awaitSeen(Node node, String log) {
        server.run("CONFIG", "SET", "appendonly", log);
        boolean durable = log.equals("yes");
        Polling.until(
                "the setting to be seen", () -> node.backend().capabilities().durable() == durable);
    }

    @Test
    void anAnswerPromisesWhatTheServerKeeps() {
        assertThat(durability()).isEqualTo(Durability.MEMORY);
        server.run("CONFIG", "SET", "appendonly", "yes");
        assertThat(durability()).isEqualTo(Durability.COMMITTED);
        server.run("CONFIG", "SET", "appendfsync", "always");
        assertThat(durability()).isEqualTo(Durability.FSYNCED);
    }

    private Durability durability() {
        try (Node node = Node.start(RedisBackend.at(url("")))) {
            Durability durability = node.accept(Draft.to(TOPIC, "a")).durability();
            assertThat(node.backend().capabilities().durable()).isEqualTo(durability != Durability.MEMORY);
            return durability;
        }
    }
}
