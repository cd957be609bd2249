package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What its user may not write to is refused by its name. Root may everything, so another user tries.
final class ReadOnlyTest {
    @TempDir
    Path folder;

    @BeforeEach
    void open() throws IOException {
        Broadcaster.on(SqliteBackend.in(file())).close();
        allow(folder, "rwxrwxrwx");
        allow(file(), "rw-rw-rw-");
        allow(bus(), "rwxrwxrwx");
        allow(bus().resolve("lock"), "rw-rw-rw-");
    }

    @AfterEach
    void close() throws IOException {
        allow(folder, "rwxrwxrwx");
        allow(bus(), "rwxrwxrwx");
    }

    private Path file() {
        return folder.resolve("topics.db");
    }

    private Path bus() {
        return Path.of(file() + ".bus");
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private String answerTo(Path file) throws IOException {
        try (Child child = Child.withoutRights(ChildOpener.class, file)) {
            return child.line();
        }
    }

    private void assertRefused(Path file, Path cause) throws IOException {
        assertThat(answerTo(file))
                .startsWith("cannot keep topics in \"" + file + "\": ")
                .contains("\"" + cause + "\" cannot be written to; ");
    }

    @Test
    void whatMayBeWrittenToIsTaken() throws IOException {
        assertThat(answerTo(file())).isEqualTo("open");
    }

    @Test
    void aReadOnlyFile() throws IOException {
        allow(file(), "r--r--r--");
        assertRefused(file(), file());
    }

    @Test
    void aReadOnlyFolder() throws IOException {
        allow(folder, "r-xr-xr-x");
        assertRefused(file(), folder);
        assertRefused(folder.resolve("fresh.db"), folder);
    }

    @Test
    void aLogOfAnotherUser() throws IOException {
        Path log = Files.createFile(Path.of(file() + "-wal"));
        allow(log, "r--r--r--");
        assertRefused(file(), log);
    }

    @Test
    void aFolderOfTurnsOfAnotherUser() throws IOException {
        allow(bus(), "r-x------");
        assertRefused(file(), bus());
    }

    @Test
    void turnsOfAnotherUser() throws IOException {
        allow(bus().resolve("lock"), "r--r--r--");
        assertRefused(file(), bus().resolve("lock"));
    }
}
