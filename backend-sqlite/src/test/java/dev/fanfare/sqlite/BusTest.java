package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whom a process takes for ended.
final class BusTest {
    @TempDir
    Path folder;

    private Bus bus;

    @BeforeEach
    void open() throws Exception {
        bus = Bus.beside(file());
    }

    @AfterEach
    void close() throws Exception {
        bus.close();
    }

    private Path file() {
        return folder.resolve("topics.db");
    }

    /// Files that nobody listens at.
    @Test
    void aSocketThatRefusesIsRemovedUnlessItMayOnlyBeginToListen() throws Exception {
        Path ended = Files.createFile(Bus.folder(file()).resolve("1-ended"));
        Path beginning = Files.createFile(Bus.folder(file()).resolve("1-beginning~"));
        bus.wakeOthers();

        assertThat(ended).doesNotExist();
        assertThat(beginning).exists();
        assertThat(bus.isInPlace()).isTrue();
    }
}
