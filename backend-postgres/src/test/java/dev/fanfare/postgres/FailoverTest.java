package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Durability;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A standby that takes over from a server that has crashed.
@ExtendWith(ThreadLeaks.class)
final class FailoverTest {
    private static final TopicPolicy LARGE =
            TopicPolicy.DEFAULT.withHistory(1_000_000, 1 << 30, TopicPolicy.DEFAULT.historyAge());

    private PostgresServer primary;
    private PostgresServer standby;

    @BeforeEach
    void start() {
        primary = PostgresServer.start("max_connections = 100");
        standby = primary.startStandby();
    }

    @AfterEach
    void stop() {
        primary.close();
        standby.close();
    }

    private Broadcaster open() {
        return Broadcaster.builder(PostgresBackend.at(primary.addressWith(standby)))
                .policy(LARGE)
                .start();
    }

    private void set(String setting) {
        Sandbox server = new Sandbox(primary.address());
        server.execute("alter system set " + setting);
        server.execute("select pg_reload_conf()");
    }

    private void failOver() {
        primary.crash();
        standby.promote();
    }

    @Test
    void nothingIsLostThatWasAcknowledgedAsReplicated() throws Exception {
        set("synchronous_standby_names = '*'");
        try (Broadcaster broadcaster = open();
                RecordingSubscriber reader =
                        RecordingSubscriber.of(broadcaster.app("shop"), "orders", StartAt.live())) {
            assertThat(broadcaster.app("shop").topic("others").publish("1").durability())
                    .isEqualTo(Durability.REPLICATED);
            Publishers publishers = Publishers.start(broadcaster.app("shop"), 8);
            publishers.awaitSuccesses(100);
            failOver();
            publishers.awaitSuccesses(100);
            publishers.stopAndCheck();
            for (long offset = 1; offset <= 200; offset++) {
                assertThat(reader.next().position().offset()).isEqualTo(offset);
            }
            reader.ready();
        }
    }

    @Test
    void aReaderThatHadSeenWhatTheStandbyLacksIsToldOfAGap() throws Exception {
        try (Broadcaster broadcaster = open();
                RecordingSubscriber reader =
                        RecordingSubscriber.of(broadcaster.app("shop"), "orders", StartAt.live())) {
            broadcaster.app("shop").topic("orders").publish("1");
            assertThat(reader.messages(1)).containsExactly("1");
            awaitFollowed();
            standby.stop();
            broadcaster.app("shop").topic("orders").publish("2");
            assertThat(reader.messages(1)).containsExactly("2");
            primary.crash();
            standby.start();
            standby.promote();

            Delivery.Gap gap = reader.gap();
            assertThat(gap.cause()).isEqualTo(Delivery.Cause.REWOUND);
        }
    }

    /// Waits until the standby has all that the primary has.
    private void awaitFollowed() {
        new Sandbox(primary.address())
                .execute(
                        "do $$ begin while exists (select from pg_stat_replication"
                                + " where replay_lsn < pg_current_wal_lsn()) loop perform pg_stat_clear_snapshot(); end loop; end $$");
    }
}
