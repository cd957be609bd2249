package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Broadcaster;
import dev.fanfare.Durability;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.contract.ThreadLeaks;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// That the disk is waited for, `PowerCutTest` shows.
@ExtendWith(ThreadLeaks.class)
final class FsyncedTest {
    @TempDir
    Path folder;

    private SqliteBackend file() {
        return SqliteBackend.in(folder.resolve("topics.db"));
    }

    private static Durability publish(Broadcaster broadcaster) {
        return broadcaster.app("shop").topic("orders").publish("1").durability();
    }

    @Test
    void aReceiptSaysWhatThePublishHasSurvived() {
        try (Broadcaster committing = Broadcaster.on(file())) {
            assertThat(publish(committing)).isEqualTo(Durability.COMMITTED);
        }
        try (Broadcaster syncing = Broadcaster.on(file().fsynced())) {
            assertThat(publish(syncing)).isEqualTo(Durability.FSYNCED);
        }
    }

    @Test
    void aProcessOpensAFileInOneWay() {
        try (Broadcaster committing = Broadcaster.on(file())) {
            assertThatThrownBy(() -> Broadcaster.on(file().fsynced()))
                    .isInstanceOf(UnusableStoreException.class)
                    .hasMessageContaining("committed, not fsynced");
            assertThat(publish(committing)).isEqualTo(Durability.COMMITTED);
        }
        try (Broadcaster syncing = Broadcaster.on(file().fsynced())) {
            assertThat(publish(syncing)).isEqualTo(Durability.FSYNCED);
        }
    }
}
