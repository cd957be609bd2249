package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.Event;
import dev.fanfare.contract.SmallDisk;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.RecordingPublisher;
import dev.fanfare.history.RecordingPublisher.Outcome;
import dev.fanfare.history.Sending;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// R22: the disk is full, a file system of 8 MiB. Nothing is acknowledged that is not stored, reading goes on, and once
/// there is room publishing goes on too. Needs the right to mount.
@ExtendWith(ThreadLeaks.class)
@Timeout(120)
class DiskFullTest {
    private static final String PADDING = "x".repeat(8_000);
    private static final Duration HEALED = Duration.ofSeconds(5).plusSeconds(5);

    @TempDir
    Path folder;

    private SmallDisk disk;

    @BeforeEach
    void mount() {
        Optional<SmallDisk> mounted = SmallDisk.mount(folder, 8);
        assumeTrue(mounted.isPresent(), "needs root, to mount a small file system");
        disk = mounted.get();
    }

    @AfterEach
    void unmount() {
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void aFullDiskRefusesAndLosesNothingAndIsForgottenOnceThereIsRoom() throws Exception {
        String store = "sqlite:" + disk.path().resolve("topics.db");
        try (FaultRun run = new FaultRun(folder, node -> FaultRun.lively(store), 1);
                EventLines stream = EventLines.of(run.hub(0).uri(), "elsewhere")) {
            run.readOverSocket("socket", () -> 0, List.of("orders"));
            run.awaitReaders();
            var publisher = new RecordingPublisher(run.history(), "publisher", () -> run.app(0));
            fill(publisher);
            assertThat(publisher.lastCode()).isEqualTo("storage_full");
            stream.awaitHeartbeat(FaultRun.PATIENCE);
            assertThat(run.hub(0).probe("/livez").status()).isEqualTo(200);

            disk.dropBallast();
            run.hub(0).await("taking events", HEALED, () -> publish(publisher) == Outcome.ACKED);
            run.hub(0).await("ready", HEALED, () -> run.hub(0).probe("/readyz").status() == 200);
            assertThat(run.settle().gapsByCause()).isEmpty();
        }
        assertThat(integrity()).isEqualTo("ok");
    }

    private static void fill(RecordingPublisher publisher) {
        for (int i = 0; i < 10_000; i++) {
            if (publish(publisher) == Outcome.REFUSED) {
                return;
            }
        }
        throw new AssertionError("80 MB fit on a disk of 8 MiB");
    }

    private static Outcome publish(RecordingPublisher publisher) {
        Sending message = publisher.message("orders");
        String json = "{\"id\":\"" + message.id() + "\",\"padding\":\"" + PADDING + "\"}";
        return publisher.publish(message, event -> Event.json(json).withIdempotencyKey(message.id()));
    }

    private String integrity() throws Exception {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + disk.path().resolve("topics.db"));
                Statement sql = connection.createStatement();
                ResultSet result = sql.executeQuery("pragma integrity_check")) {
            return result.getString(1);
        }
    }
}
