package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.SelfSigned;
import dev.fanfare.testbed.Toxic;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The way to the server is encrypted where the address says so, and a server that cannot prove itself is refused.
@ExtendWith(ThreadLeaks.class)
final class TlsTest {
    private static final int EVENTS = 300;

    private static final SelfSigned TRUSTED = SelfSigned.forNames("ip:127.0.0.1");
    private static final SelfSigned OTHER = SelfSigned.forNames("ip:127.0.0.1");

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start(TRUSTED);
    }

    @AfterAll
    static void stop() {
        server.close();
        TRUSTED.close();
        OTHER.close();
    }

    private static String verified(String address, SelfSigned signer) {
        return address + "&sslmode=verify-full&sslrootcert=" + signer.certificate();
    }

    private static Broadcaster open(String address) {
        return Broadcaster.builder(PostgresBackend.at(address)).start();
    }

    private static void assertRefused(String address, String... parts) {
        assertThatThrownBy(() -> open(address))
                .isInstanceOf(UnusableStoreException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContainingAny("secret", "sun.security");
    }

    @Test
    void eventsComeThroughEncryptedSessionsAtOnce() throws SQLException {
        String address = verified(server.address(), TRUSTED);
        try (Broadcaster publishing = open(address);
                Broadcaster reading = open(address);
                RecordingSubscriber reader = RecordingSubscriber.of(reading.app("shop"), "orders", StartAt.live())) {
            assertThat(encrypted()).hasSizeGreaterThan(6).containsOnly(true);
            publish(publishing);
            assertThat(reader.messages(EVENTS)).isEqualTo(numbers());
        }
    }

    private static void publish(Broadcaster broadcaster) {
        numbers().forEach(broadcaster.app("shop").topic("orders")::publish);
    }

    private static List<String> numbers() {
        return IntStream.range(0, EVENTS).mapToObj(String::valueOf).toList();
    }

    /// Tells of each session of ours whether it is encrypted.
    private static List<Boolean> encrypted() throws SQLException {
        return asked("ssl", "fanfare%", Boolean[].class);
    }

    private static List<Integer> listeners() throws SQLException {
        return asked("pid", "fanfare listener", Integer[].class);
    }

    private static <T> List<T> asked(String column, String purpose, Class<T[]> type) throws SQLException {
        String sessions = "select array_agg(" + column + " order by pid) from pg_stat_ssl"
                + " join pg_stat_activity using (pid) where application_name like '" + purpose + "'";
        try (Connection connection = new Sandbox(server.address()).connect();
                Statement sql = connection.createStatement();
                ResultSet row = sql.executeQuery(sessions)) {
            row.next();
            return List.of(type.cast(row.getArray(1).getArray()));
        }
    }

    @Test
    void aRecordThatComesInPiecesIsReadWhole() throws SQLException {
        try (FaultProxy slicing = FaultProxy.before(server.port())) {
            slicing.add("slices", Direction.DOWNSTREAM, new Toxic.Slicer(7, Duration.ofNanos(200_000)));
            String address = verified(server.addressAt(slicing.port()), TRUSTED);
            try (Broadcaster publishing = open(verified(server.address(), TRUSTED));
                    Broadcaster reading = open(address);
                    RecordingSubscriber reader =
                            RecordingSubscriber.of(reading.app("shop"), "orders", StartAt.live())) {
                List<Integer> sessions = listeners();
                publish(publishing);
                assertThat(reader.messages(EVENTS)).isEqualTo(numbers());
                assertThat(listeners()).as("none was made again").hasSize(2).isEqualTo(sessions);
            }
        }
    }

    @Test
    void aServerWhoseCertificateIsNotTrustedIsRefused() {
        assertRefused(verified(server.address(), OTHER), "certificate", "sslrootcert");
    }

    @Test
    void aServerOfAnotherNameIsRefused() {
        assertRefused(verified(server.address().replace("127.0.0.1", "localhost"), TRUSTED), "hostname localhost");
    }

    @Test
    void aRootCertificateThatIsNotThereIsNamed() {
        assertRefused(server.address() + "&sslmode=verify-full&sslrootcert=missing.crt", "missing.crt");
    }

    @Test
    void aServerThatRequiresTlsSaysSo() {
        Sandbox sandbox = new Sandbox(server.address());
        sandbox.execute(
                "do $$ begin execute format('copy (values (''hostssl all all 127.0.0.1/32 scram-sha-256'')) to %L',"
                        + " current_setting('hba_file')); perform pg_reload_conf(); end $$");
        assertRefused(server.address() + "&sslmode=disable", "no encryption", "sslmode");
    }

    @Test
    void aServerWithoutTlsIsRefusedWhereItIsRequired() {
        assertRefused(PostgresServer.shared().address() + "&sslmode=require", "does not talk TLS", "sslmode");
    }
}
