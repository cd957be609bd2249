package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Broadcaster;
import dev.fanfare.Durability;
import dev.fanfare.Event;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.contract.ThreadLeaks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that are not ours to use are refused with the reason, and left as they were.
@ExtendWith(ThreadLeaks.class)
final class SqliteFileTest {
    private static final int PAGE_BYTES = 4096;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("topics.db");
    }

    private void assertRefused(Path file, String reason) {
        assertThatThrownBy(() -> Broadcaster.on(SqliteBackend.in(file)))
                .isInstanceOf(UnusableStoreException.class)
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining(reason);
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement sql = connection.createStatement()) {
            for (String statement : statements) {
                sql.execute(statement);
            }
        }
    }

    @Test
    void aFolderThatDoesNotExist() {
        assertRefused(folder.resolve("missing/topics.db"), "its folder does not exist");
    }

    @Test
    void aFolderInPlaceOfAFile() {
        assertRefused(folder, "it is a folder");
    }

    @Test
    void aFileThatIsNoDatabase() throws IOException {
        byte[] poem = "this is a text, and longer than the head of a database "
                .repeat(40)
                .getBytes(StandardCharsets.US_ASCII);
        Files.write(file(), poem);

        assertRefused(file(), "it is no SQLite database");
        assertThat(Files.readAllBytes(file())).isEqualTo(poem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nfs4", "CIFS", "9p", "fuse.sshfs"})
    void aFolderOnAnotherMachine(String kind) {
        SqliteFile file = new SqliteFile(file(), Durability.COMMITTED, folder -> kind);
        assertThatThrownBy(file::check)
                .isInstanceOf(UnusableStoreException.class)
                .hasMessageContaining("network's file system (" + kind.toLowerCase(Locale.ROOT) + ")");
        assertThat(file()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "tmpfs", "overlay", "NTFS", "fuse.gocryptfs"})
    void otherFileSystemsAreTaken(String kind) {
        new SqliteFile(file(), Durability.COMMITTED, folder -> kind).check();
    }

    @Test
    void theDatabaseOfAnotherProgram() throws Exception {
        execute("create table recipe(name text)");
        byte[] before = Files.readAllBytes(file());

        assertRefused(file(), "another program");
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
    }

    @Test
    void aFileOfANewerFanfare() throws Exception {
        Broadcaster.on(SqliteBackend.in(file())).close();
        execute("pragma user_version = 99");
        byte[] before = Files.readAllBytes(file());

        assertRefused(file(), "schema 99");
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
        assertThat(Path.of(file() + "-wal")).doesNotExist();
    }

    private void fill() {
        try (Broadcaster broadcaster = Broadcaster.on(SqliteBackend.in(file()))) {
            IntStream.range(0, 100)
                    .forEach(i -> broadcaster.app("shop").topic("orders").publish(Event.json("" + i)));
        }
    }

    @Test
    void aFileOfWhichAnyPageIsDamaged() throws Exception {
        fill();
        byte[] whole = Files.readAllBytes(file());
        int pages = whole.length / PAGE_BYTES;
        assertThat(pages).isGreaterThan(10);
        for (int page = 1; page < pages; page++) {
            byte[] bytes = whole.clone();
            bytes[page * PAGE_BYTES] ^= 0x10; // what kind of page it is
            Files.write(file(), bytes);

            assertRefused(file(), "it is damaged");
            assertThat(Files.readAllBytes(file())).isEqualTo(bytes);
        }
    }

    @Test
    void aDamagedFile() throws Exception {
        fill();
        byte[] bytes = Files.readAllBytes(file());
        Arrays.fill(bytes, 100, 4000, (byte) 7); // where the schema is
        Files.write(file(), bytes);

        assertRefused(file(), "it is damaged");
        assertThat(Files.readAllBytes(file())).isEqualTo(bytes);
    }
}
