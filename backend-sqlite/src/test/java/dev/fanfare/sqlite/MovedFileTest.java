package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.Delivery;
import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.StartAt;
import dev.fanfare.contract.Polling;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.Clock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What happens when the file is moved, deleted or replaced while it is in use.
@ExtendWith(ThreadLeaks.class)
final class MovedFileTest {
    @TempDir
    Path folder;

    private SqliteBackend backend;
    private Broadcaster broadcaster;
    private RecordingSubscriber reader;

    @BeforeEach
    void start() {
        backend = SqliteBackend.in(file());
        broadcaster = Broadcaster.on(backend);
        publish("1");
        publish("2");
        reader = RecordingSubscriber.of(broadcaster.app("shop"), "orders", StartAt.live());
    }

    @AfterEach
    void close() {
        reader.close();
        broadcaster.close();
    }

    private Path file() {
        return folder.resolve("topics.db");
    }

    private Position publish(String message) {
        return broadcaster.app("shop").topic("orders").publish(message).position();
    }

    /// Publishes until it is stored: each refusal says that the file is gone.
    private Position publishAgain(String message) {
        while (true) {
            try {
                return publish(message);
            } catch (BackendUnavailableException gone) {
                assertThat(gone).hasMessageContaining("was moved, replaced or deleted");
            }
        }
    }

    private static String query(Path file, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return result.getString(1);
        }
    }

    private static void execute(Path file, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void readUntilTheGap() {
        Delivery next = reader.next();
        while (!(next instanceof Delivery.Gap)) {
            next = reader.next();
        }
    }

    private void awaitAGap(Delivery.Cause cause) {
        assertThat(reader.gap().cause()).isEqualTo(cause);
    }

    @Test
    void aFileThatIsMovedAwayTakesItsEventsWithItAndANewOneBegins() throws Exception {
        Path away = folder.resolve("away.db");
        Files.move(file(), away);
        publishAgain("3");

        awaitAGap(Delivery.Cause.EPOCH);
        assertThat(reader.messages(1)).containsExactly("3");
        assertThat(query(away, "select group_concat(cast(body as text)) from event"))
                .isEqualTo("1,2");
        assertThat(query(away, "pragma integrity_check")).isEqualTo("ok");
        assertThat(query(file(), "pragma integrity_check")).isEqualTo("ok");
    }

    @Test
    void processesMeetAgainInTheNewFile() throws Exception {
        try (Child first = new Child(ChildPublisher.class, file(), "orders", 1, 1_000_000);
                Child second = new Child(ChildPublisher.class, file(), "orders", 1, 1_000_000)) {
            first.restOfLines();
            second.restOfLines();
            for (int round = 0; round < 5; round++) {
                reader.event();
                Files.move(file(), folder.resolve("away-" + round + ".db"));
                readUntilTheGap();
                Position at = reader.next().position();
                for (int i = 0; i < 200; i++) {
                    Position next = reader.event().position();
                    assertThat(next.epoch()).isEqualTo(at.epoch());
                    assertThat(next.offset()).isEqualTo(at.offset() + 1);
                    at = next;
                }
            }
        }
        Position last = broadcaster.app("shop").topic("orders").publish("0").position();
        while (!reader.next().position().equals(last)) {
            Thread.onSpinWait(); // what they have published until they were killed
        }
        for (int round = 0; round < 5; round++) {
            assertThat(query(folder.resolve("away-" + round + ".db"), "pragma integrity_check"))
                    .isEqualTo("ok");
        }
        assertThat(query(file(), "pragma integrity_check")).isEqualTo("ok");
    }

    /// The file has not gone, so its log is still that of the others.
    @Test
    void aProcessThatCannotBeFoundAnyMoreTakesNothingFromTheOthers() throws Exception {
        try (Child other = new Child(ChildPublisher.class, file(), "orders", 1, 1_000_000)) {
            other.restOfLines();
            for (int round = 0; round < 10; round++) {
                deleteOwnSocket();
                for (int i = 0; i < 500; i++) {
                    reader.event();
                }
            }
        }
        Position last = publishAgain("0");
        Position next = reader.event().position();
        while (!next.equals(last)) {
            next = reader.event().position();
        }
        assertThat(query(file(), "pragma integrity_check")).isEqualTo("ok");
    }

    private void deleteOwnSocket() throws IOException {
        String own = ProcessHandle.current().pid() + "-*";
        try (DirectoryStream<Path> sockets = Files.newDirectoryStream(Path.of(file() + ".bus"), own)) {
            for (Path socket : sockets) {
                Files.deleteIfExists(socket);
            }
        }
    }

    @Test
    void aFileThatIsDeletedIsMadeAnew() throws Exception {
        Files.delete(file());
        publishAgain("3");

        awaitAGap(Delivery.Cause.EPOCH);
        assertThat(reader.messages(1)).containsExactly("3");
        assertThat(query(file(), "pragma integrity_check")).isEqualTo("ok");
    }

    @Test
    void aFileThatIsReplacedByItsBackupGoesOnFromThere() throws Exception {
        Path backup = folder.resolve("backup.db");
        execute(file(), "vacuum into '" + backup + "'");
        publish("3");
        assertThat(reader.messages(1)).containsExactly("3");

        Files.move(backup, file(), StandardCopyOption.ATOMIC_MOVE);
        awaitAGap(Delivery.Cause.REWOUND);
        publishAgain("33");
        assertThat(reader.messages(1)).containsExactly("33");
        assertThat(query(file(), "select group_concat(cast(body as text)) from event"))
                .isEqualTo("1,2,33");
        assertThat(query(file(), "pragma integrity_check")).isEqualTo("ok");
    }

    @Test
    void theLossIsNoticedWithoutAnyUse() throws Exception {
        CountDownLatch noticed = new CountDownLatch(1);
        AutoCloseable listening = broadcaster.onHealth(health -> noticed.countDown());
        Files.delete(file());
        assertThat(noticed.await(2, TimeUnit.SECONDS))
                .as("250 ms, and a busy machine")
                .isTrue();
        listening.close();
        publishAgain("3");
        awaitAGap(Delivery.Cause.EPOCH);
        assertThat(reader.messages(1)).containsExactly("3");
    }

    @Test
    void aFileOfAnotherProgramInItsPlaceIsLeftAsItIs() throws Exception {
        Path other = folder.resolve("other.db");
        execute(other, "create table recipe(name text)");
        byte[] before = Files.readAllBytes(other);
        Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
        awaitTrouble("it is the database of another program");
        assertThatThrownBy(() -> publish("3")).hasMessageContaining("another program");
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
    }

    @Test
    void aReplacementThatAnotherProgramHoldsIsOpenedOnceItIsFree() throws Exception {
        Path held = folder.resolve("held.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + held);
                Statement statement = connection.createStatement()) {
            statement.execute("begin exclusive");
            Files.move(held, file(), StandardCopyOption.REPLACE_EXISTING);
            awaitTrouble("another program holds it");
            statement.execute("rollback");
        }
        awaitTrouble("");
        publish("3");
        awaitAGap(Delivery.Cause.EPOCH);
        assertThat(reader.messages(1)).containsExactly("3");
    }

    private void awaitTrouble(String part) {
        Polling.until(
                "trouble that says " + part,
                () -> part.isEmpty() == backend.health().available()
                        && backend.health().detail().contains(part));
    }

    @Test
    void aFileThatCannotBeUsedIsNotKeptOpenByTheAttempt() throws Exception {
        Path broken = folder.resolve("broken.db");
        execute(file(), "vacuum into '" + broken + "'");
        execute(broken, "drop table event");
        for (int attempt = 0; attempt < 5; attempt++) {
            assertThatThrownBy(() -> OpenFile.open(
                            new SqliteFile(broken, Durability.COMMITTED), null, Clock.system(), new Audience()))
                    .hasMessageContaining("no such table");
        }
        assertThat(openFiles("broken.db")).isZero();
    }

    /// How many files this process has open that are called so, or so and something more.
    private static long openFiles(String name) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(file -> {
                        try {
                            return Files.readSymbolicLink(file)
                                    .getFileName()
                                    .toString()
                                    .startsWith(name);
                        } catch (IOException closed) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
