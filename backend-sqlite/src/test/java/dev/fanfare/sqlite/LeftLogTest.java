package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Broadcaster;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.contract.ThreadLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Files beside which a killed process has left its write-ahead log.
@ExtendWith(ThreadLeaks.class)
final class LeftLogTest {
    private static final int PAGE_BYTES = 4096;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("topics.db");
    }

    private static Path log(Path file) {
        return Path.of(file + "-wal");
    }

    /// Makes the file as a process leaves it that executes the statements and is killed.
    private void leave(String... statements) throws SQLException, IOException {
        Path alive = folder.resolve("alive.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + alive);
                Statement sql = connection.createStatement()) {
            sql.execute("pragma journal_mode = wal");
            for (String statement : statements) {
                sql.execute(statement);
            }
            Files.copy(alive, file());
            Files.copy(log(alive), log(file()));
        }
        assertThat(log(file())).isNotEmptyFile();
    }

    private void makeOurs() {
        Broadcaster.on(SqliteBackend.in(folder.resolve("alive.db"))).close();
    }

    private void assertRefusedAndLeftAsItIs(String reason) throws IOException {
        byte[] file = Files.readAllBytes(file());
        byte[] log = Files.readAllBytes(log(file()));
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> Broadcaster.on(SqliteBackend.in(file())))
                    .isInstanceOf(UnusableStoreException.class)
                    .hasMessageContaining("topics.db")
                    .hasMessageContaining(reason);
            assertThat(file()).hasBinaryContent(file);
            assertThat(log(file())).hasBinaryContent(log);
        }
    }

    @Test
    void theDatabaseOfAnotherProgramIsLeftAsItIs() throws Exception {
        leave("create table recipe(name text)", "insert into recipe values('soup')");
        assertRefusedAndLeftAsItIs("another program");
    }

    @Test
    void aFileOfANewerFanfareIsLeftAsItIs() throws Exception {
        makeOurs();
        leave("pragma user_version = 99");
        assertRefusedAndLeftAsItIs("schema 99");
    }

    @Test
    void aDamagedFileIsLeftAsItIs() throws Exception {
        makeOurs();
        leave("create table their_own(text)");
        byte[] bytes = Files.readAllBytes(file());
        bytes[2 * PAGE_BYTES] ^= 0x10; // what kind of page it is
        Files.write(file(), bytes);
        assertRefusedAndLeftAsItIs("it is damaged");
    }

    @Test
    void aLogWhoseFileIsMissingIsKeptUntilTheFileIsBack() throws Exception {
        makeOurs();
        leave("create table their_own(text)");
        Path away = folder.resolve("away.db");
        Files.move(file(), away);

        assertKept("put it back");
        assertThat(file()).doesNotExist();
        Files.move(away, file());
        Broadcaster.on(SqliteBackend.in(file())).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement sql = connection.createStatement()) {
            sql.execute("insert into their_own values('what only the log had')");
        }
    }

    @Test
    void aLogWhoseFileIsEmptyIsKeptUntilItIsMovedAway() throws Exception {
        makeOurs();
        leave("create table their_own(text)");
        Files.write(file(), new byte[0]);

        assertKept("or move \"" + log(file()) + "\" away");
        assertThat(file()).isEmptyFile();
        Files.delete(log(file()));
        Broadcaster.on(SqliteBackend.in(file())).close();
    }

    private void assertKept(String advice) throws IOException {
        byte[] log = Files.readAllBytes(log(file()));
        assertThatThrownBy(() -> Broadcaster.on(SqliteBackend.in(file())))
                .isInstanceOf(UnusableStoreException.class)
                .hasMessageContaining(advice);
        assertThat(log(file())).hasBinaryContent(log);
    }
}
