package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.SelfSigned;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// Under steady traffic notifications are handed out as they come, not once it pauses.
@ExtendWith(ThreadLeaks.class)
final class PromptSocketFactoryTest {
    private static final Duration SOON = Duration.ofMillis(20);
    /// So often that the driver's look of a millisecond always finds something: without the factory it lasts for
    /// seconds.
    private static final long BETWEEN_NANOS = TimeUnit.MICROSECONDS.toNanos(400);

    private static final int AT_ONCE = 2; // together with the above 5,000 in a second
    private static final int STATEMENTS = 2_500;
    /// Of traffic that was slower, nothing is to be learned.
    private static final Duration LONGEST =
            Duration.ofNanos(BETWEEN_NANOS * STATEMENTS).plusMillis(100);

    private static final int ROUNDS = 15;

    @Test
    void ofFiveThousandNotificationsInASecondNearlyAllAreHandedOutAtOnce() throws Exception {
        assertPrompt(PostgresServer.shared().address());
    }

    @Test
    void theSameHoldsWithTls() throws Exception {
        try (SelfSigned certificate = SelfSigned.forNames("ip:127.0.0.1");
                PostgresServer server = PostgresServer.start(certificate)) {
            assertPrompt(server.address() + "&sslmode=require");
        }
    }

    private static void assertPrompt(String address) throws SQLException {
        Duration late = latest(address);
        for (int round = 1; round < ROUNDS && late.compareTo(SOON) >= 0; round++) {
            late = latest(address); // the machine had much else to do
        }
        assertThat(late).isLessThan(SOON);
    }

    /// Returns how late 99 of a hundred notifications are handed out at most; the longest time if they were told too
    /// slowly.
    private static Duration latest(String address) throws SQLException {
        try (Connection connection = Database.at(address).connectToListen();
                Statement sql = connection.createStatement()) {
            sql.execute("listen traffic");
            CompletableFuture<Duration> told = new CompletableFuture<>();
            new Thread(() -> tell(address, told), "traffic").start();
            long[] nanos = heard(connection.unwrap(PGConnection.class));
            Arrays.sort(nanos);
            return told.join().compareTo(LONGEST) > 0 ? LONGEST : Duration.ofNanos(nanos[nanos.length * 99 / 100]);
        }
    }

    /// Returns how late each was.
    private static long[] heard(PGConnection listening) throws SQLException {
        long[] nanos = new long[STATEMENTS * AT_ONCE];
        for (int count = 0; count < nanos.length; ) {
            PGNotification[] heard = listening.getNotifications(2_000);
            long now = System.nanoTime();
            assertThat(heard).as("after %d notifications", count).isNotEmpty();
            for (PGNotification each : heard) {
                nanos[count++] = now - Long.parseLong(each.getParameter());
            }
        }
        return nanos;
    }

    /// Tells what time it is, again and again; says how long that took.
    private static void tell(String address, CompletableFuture<Duration> told) {
        String several = "select pg_notify('traffic', (? + i)::text) from generate_series(0, " + (AT_ONCE - 1) + ") i";
        try (Connection connection = Database.at(address).connect("traffic");
                Statement settings = connection.createStatement();
                PreparedStatement sql = connection.prepareStatement(several)) {
            settings.execute("set synchronous_commit = off"); // a disk may be slower than that
            long begin = System.nanoTime();
            for (int i = 0; i < STATEMENTS; i++) {
                LockSupport.parkNanos(begin + i * BETWEEN_NANOS - System.nanoTime());
                sql.setLong(1, System.nanoTime());
                sql.execute();
            }
            told.complete(Duration.ofNanos(System.nanoTime() - begin));
        } catch (SQLException fault) {
            told.completeExceptionally(fault);
        }
    }
}
