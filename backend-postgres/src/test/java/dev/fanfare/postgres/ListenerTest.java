package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.Toxic;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A connection that nothing is heard on, though it stands, and all others are well.
@ExtendWith(ThreadLeaks.class)
final class ListenerTest {
    private final PostgresServer server = PostgresServer.shared();
    private final Sandbox sandbox = new Sandbox(server.address());
    private final FaultProxy proxy = FaultProxy.before(server.port());
    private final Broadcaster publishing = open(sandbox.address());
    private final Broadcaster deafened = open(server.addressAt(proxy.port()) + "&currentSchema=" + sandbox.schema());

    private static Broadcaster open(String address) {
        return Broadcaster.builder(PostgresBackend.at(address))
                .clock(new ClockWithoutResync())
                .start();
    }

    @AfterEach
    void close() {
        publishing.close();
        deafened.close();
        proxy.close();
        sandbox.close();
    }

    @Test
    void aSilentListenerIsNoticedInTimeAndWhatWasToldMeanwhileIsHeard() throws Exception {
        CountDownLatch silent = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch resumed = new CountDownLatch(1);
        deafened.onHealth(now -> (now.available() ? resumed : interrupted).countDown());
        try (RecordingSubscriber reader = RecordingSubscriber.of(deafened.app("shop"), "orders", StartAt.live())) {
            publish("1");
            assertThat(reader.messages(1)).containsExactly("1");

            proxy.add("silence", Direction.DOWNSTREAM, new Toxic.SilentFrom(sandbox.schema(), silent)); // its channel
            publish("2");
            assertThat(silent.await(10, TimeUnit.SECONDS)).as("silent").isTrue();
            proxy.remove("silence");
            assertThat(interrupted.await(5, TimeUnit.SECONDS)).as("noticed").isTrue();
            assertThat(resumed.await(5, TimeUnit.SECONDS)).as("resumed").isTrue();
            assertThat(reader.messages(1)).containsExactly("2");

            publish("3");
            assertThat(reader.messages(1)).containsExactly("3");
        }
    }

    private void publish(String message) {
        publishing.app("shop").topic("orders").publish(message);
    }
}
