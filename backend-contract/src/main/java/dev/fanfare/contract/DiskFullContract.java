package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.RefusedException;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Backend;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The rules of a backend whose store's disk is full. Needs the right to mount.
@ExtendWith(ThreadLeaks.class)
public abstract class DiskFullContract {
    private static final TopicPolicy LARGE =
            TopicPolicy.DEFAULT.withHistory(1_000_000, 1 << 30, TopicPolicy.DEFAULT.historyAge());
    private static final int MEBIBYTES = 16;
    private static final int MESSAGE_BYTES = 50_000;
    private static final int MOST = 400; // more than has room

    @TempDir
    Path folder;

    private final Random random = new Random(7);
    private SmallDisk disk;

    /// Makes a backend, not yet started, whose store has all that it keeps in the folder.
    protected abstract Backend open(Path kept) throws Exception;

    /// Ends the store.
    protected abstract void end();

    @BeforeEach
    final void mount() {
        Optional<SmallDisk> mounted = SmallDisk.mount(folder, MEBIBYTES);
        assumeTrue(mounted.isPresent(), "needs root, to mount a small file system");
        disk = mounted.get();
    }

    @AfterEach
    final void unmount() {
        if (disk != null) {
            end();
            disk.close();
        }
    }

    @Test
    final void publishesAreRefusedAndNothingIsLostAndItGoesOnOnceThereIsRoom() throws Exception {
        Backend backend = open(disk.path());
        try (Broadcaster broadcaster =
                Broadcaster.builder(backend).policy(LARGE).start()) {
            App shop = broadcaster.app("shop");
            int accepted = fill(shop);
            assertThat(broadcaster.health().available()).as("reading goes on").isTrue();
            assertThat(shop.topic("orders").state().orElseThrow().position().offset())
                    .isEqualTo(accepted);

            disk.dropBallast();
            Polling.until("the store to notice", () -> publish(shop, "\"there is room\""));
            try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders", StartAt.earliest())) {
                assertThat(reader.messages(accepted + 1)).last().isEqualTo("\"there is room\"");
            }
        }
    }

    /// Publishes until there is no room; returns how many events were accepted.
    private int fill(App shop) {
        for (int accepted = 0; accepted < MOST; accepted++) {
            if (!publish(shop, message())) {
                return accepted;
            }
        }
        throw new AssertionError("all found room");
    }

    /// Tells whether there was room.
    private static boolean publish(App shop, String message) {
        try {
            shop.topic("orders").publish(message);
            return true;
        } catch (RefusedException full) {
            assertThat(full.code()).isEqualTo("storage_full");
            return false;
        }
    }

    /// Returns one that cannot be compressed.
    private String message() {
        byte[] bytes = new byte[MESSAGE_BYTES];
        random.nextBytes(bytes);
        return '"' + Base64.getEncoder().encodeToString(bytes) + '"';
    }
}
