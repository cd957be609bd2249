package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Durability;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A receipt promises no more than the server keeps, also when its settings have changed since the start.
@ExtendWith(ThreadLeaks.class)
final class DurabilityTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    /// What a server may take to reload its settings.
    private static final Duration IN_TIME = Duration.ofSeconds(2);

    private final PostgresServer server = PostgresServer.start("max_connections = 50");
    private final Sandbox sandbox = new Sandbox(server.address());

    @AfterEach
    void stop() {
        server.close();
    }

    private void set(String setting) {
        sandbox.execute("alter system set " + setting);
        sandbox.execute("select pg_reload_conf()");
    }

    private static Durability durability(Node node) {
        return node.accept(Draft.to(TOPIC, "a")).durability();
    }

    private static void awaitDurability(Node node, Durability expected) {
        long end = System.nanoTime() + IN_TIME.toNanos();
        Durability last = durability(node);
        while (last != expected && System.nanoTime() < end) {
            last = durability(node);
        }
        assertThat(last).isEqualTo(expected);
    }

    @Test
    void aChangeOfWhatACommitWaitsForIsSeenInTime() {
        try (Node node = Node.start(PostgresBackend.at(sandbox.address()))) {
            assertThat(durability(node)).isEqualTo(Durability.FSYNCED);
            set("synchronous_commit = off");
            awaitDurability(node, Durability.COMMITTED);
            set("synchronous_commit = on");
            awaitDurability(node, Durability.FSYNCED);
            set("fsync = off");
            awaitDurability(node, Durability.COMMITTED);
            set("fsync = on");
            awaitDurability(node, Durability.FSYNCED);
        }
    }

    @Test
    void aServerThatWaitsForNoStandbyAnyMorePromisesNone() {
        try (PostgresServer standby = server.startStandby();
                Node node = Node.start(PostgresBackend.at(sandbox.address()))) {
            set("synchronous_standby_names = '*'");
            awaitDurability(node, Durability.REPLICATED);
            set("synchronous_commit = local");
            awaitDurability(node, Durability.FSYNCED);
            set("synchronous_commit = on");
            awaitDurability(node, Durability.REPLICATED);
            standby.stop();
            set("synchronous_standby_names = ''");
            awaitDurability(node, Durability.FSYNCED);
        }
    }

    /// The event is stored then, and nobody knows whether the standby has it.
    @Test
    void aCommitThatWaitsForTheStandbyNoMorePromisesNoCopy() {
        try (PostgresServer standby = server.startStandby();
                Node node = Node.start(PostgresBackend.at(sandbox.address()))) {
            set("synchronous_standby_names = '*'");
            awaitDurability(node, Durability.REPLICATED);
            standby.freeze();
            try {
                CompletableFuture<AppendResult> waiting = node.backend()
                        .append(List.of(Draft.to(TOPIC, "a").append()))
                        .thenApply(results -> results.get(0))
                        .toCompletableFuture();
                cancelTheWaitForTheStandby();
                assertThat(waiting.join())
                        .isInstanceOfSatisfying(
                                AppendResult.Accepted.class,
                                accepted -> assertThat(accepted.durability()).isEqualTo(Durability.FSYNCED));
            } finally {
                standby.thaw();
            }
        }
    }

    private void cancelTheWaitForTheStandby() {
        sandbox.execute("do $$ begin loop perform pg_stat_clear_snapshot(); perform pg_cancel_backend(pid)"
                + " from pg_stat_activity where wait_event = 'SyncRep' and application_name = 'fanfare committer';"
                + " exit when found; end loop; end $$");
    }
}
