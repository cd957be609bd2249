package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.Ports;
import dev.fanfare.testbed.RedisSentinel;
import dev.fanfare.testbed.RedisServer;
import dev.fanfare.testbed.SelfSigned;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Servers that are reached with TLS, and how one that is not to be trusted is refused.
@ExtendWith(ThreadLeaks.class)
final class RedisTlsTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final String TRUST_STORE = "javax.net.ssl.trustStore";

    private final SelfSigned certificate = SelfSigned.forNames("dns:localhost");

    @AfterEach
    void distrust() {
        System.clearProperty(TRUST_STORE);
        System.clearProperty(TRUST_STORE + "Password");
        certificate.close();
    }

    private void trust() {
        System.setProperty(TRUST_STORE, certificate.trustStore().toString());
        System.setProperty(TRUST_STORE + "Password", SelfSigned.PASSWORD);
    }

    private static void requireUsable(String url) {
        try (Node node = Node.start(RedisBackend.at(url))) {
            node.attach(TOPIC);
            node.news().awaitAt(TOPIC, node.accept(Draft.to(TOPIC, "a")).position());
            assertThat(node.messages(TOPIC)).containsExactly("a");
        }
    }

    @Test
    void aUserSignsInOverTls() {
        trust();
        try (RedisServer server = RedisServer.startWithTls(certificate)) {
            server.run(RedisPermissions.of("me", "p@ss:w/rd"));
            requireUsable("rediss://me:p%40ss%3Aw%2Frd@localhost:" + server.tlsPort());
            assertThat(Refusal.of("rediss://me:secret@localhost:" + server.tlsPort()))
                    .contains("rediss://me:***@localhost", "it does not accept the user or the password");
        }
    }

    @Test
    void aClusterIsReachedWithTls() {
        trust();
        try (RedisServer server = RedisServer.startWithTls(
                certificate,
                "--cluster-enabled",
                "yes",
                "--tls-cluster",
                "yes",
                "--cluster-port",
                String.valueOf(Ports.free()),
                "--cluster-announce-hostname",
                "localhost",
                "--cluster-preferred-endpoint-type",
                "hostname")) {
            server.holdAllSlots();
            requireUsable("rediss+cluster://localhost:" + server.tlsPort());
        }
    }

    /// The Sentinel is told to name servers by their names, as the certificate does.
    @Test
    void aPrimaryIsFoundByWayOfSentinelsAndReachedWithTls() {
        trust();
        try (RedisSentinel sentinels = RedisSentinel.startWithTls(certificate)) {
            requireUsable(sentinels.tlsUrl());
        }
    }

    @Test
    void aCertificateThatNobodyVouchesFor() {
        try (RedisServer server = RedisServer.startWithTls(certificate)) {
            assertThat(Refusal.of("rediss://localhost:" + server.tlsPort()))
                    .contains("nobody whom this JVM trusts vouches for its certificate", "-D" + TRUST_STORE);
        }
    }

    @Test
    void aCertificateForAnotherHost() {
        trust();
        try (RedisServer server = RedisServer.startWithTls(certificate)) {
            assertThat(Refusal.of("rediss://127.0.0.1:" + server.tlsPort()))
                    .contains("its certificate is not for this host", "127.0.0.1", "name it as its certificate does");
        }
    }

    @Test
    void aServerWithoutTls() {
        trust();
        try (RedisServer server = RedisServer.start()) {
            assertThat(Refusal.ofOneThatIsAway("rediss://localhost:" + server.port()))
                    .contains("not speak TLS at this port: name it as redis://");
        }
    }

    @Test
    void aServerThatSpeaksNothingButTls() {
        try (RedisServer server = RedisServer.startWithTls(certificate)) {
            assertThat(Refusal.ofOneThatIsAway("redis://localhost:" + server.tlsPort()))
                    .contains("it may want TLS: name it as rediss://");
        }
    }
}
