package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.SelfSigned;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// Under steady traffic notifications are handed out as they come, not once it pauses.
@ExtendWith(ThreadLeaks.class)
final class PromptSocketFactoryTest {
    /// Without the factory a single look lasts for seconds.
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int ROUNDS = 50;

    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void notificationsAreHandedOutUnderSteadyTraffic() throws Exception {
        assertPrompt(PostgresServer.shared().address());
    }

    @Test
    void theSameHoldsWithTls() throws Exception {
        try (SelfSigned certificate = SelfSigned.forNames("ip:127.0.0.1");
                PostgresServer server = PostgresServer.start(certificate)) {
            assertPrompt(server.address() + "&sslmode=require");
        }
    }

    private void assertPrompt(String address) throws Exception {
        Thread traffic = new Thread(() -> notifyAgainAndAgain(address));
        try (Connection connection = Database.at(address).connectToListen();
                Statement sql = connection.createStatement()) {
            sql.execute("listen traffic");
            traffic.start();
            PGConnection listening = connection.unwrap(PGConnection.class);
            long end = System.nanoTime() + DEADLINE.toNanos();
            for (int round = 0; round < ROUNDS; round++) {
                PGNotification[] heard = listening.getNotifications(2_000);
                assertThat(System.nanoTime()).as("round %d in time", round).isLessThan(end);
                assertThat(heard).isNotEmpty();
            }
        } finally {
            over.set(true);
            traffic.join();
        }
    }

    /// Notifies so often that the driver's look of a millisecond always finds something.
    private void notifyAgainAndAgain(String address) {
        try (Connection connection = Database.at(address).connect("traffic");
                Statement sql = connection.createStatement()) {
            while (!over.get()) {
                sql.execute("notify traffic");
            }
        } catch (SQLException fault) {
            throw new AssertionError(fault);
        }
    }
}
