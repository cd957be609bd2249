package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.Event;
import dev.fanfare.contract.SmallDisk;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.history.Interest;
import dev.fanfare.history.RecordingPublisher;
import dev.fanfare.history.RecordingPublisher.Outcome;
import dev.fanfare.history.Sending;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// R22: the disk is full, a small file system. Nothing is acknowledged that is not stored, reading goes on, and once
/// there is room publishing goes on too. Needs the right to mount.
@ExtendWith(ThreadLeaks.class)
@Timeout(120)
class DiskFullTest {
    private static final int MEBIBYTES = Scale.rounds(16, 128);
    private static final int PADDING = 30_000;
    private static final int MOST = MEBIBYTES * 40; // more than has room
    private static final Duration REFUSED = Duration.ofSeconds(1).plusMillis(500);
    private static final Duration HEALED = Duration.ofSeconds(5).plusSeconds(5);

    @TempDir
    Path folder;

    private final Random random = new Random(7);
    private SmallDisk disk;

    @BeforeEach
    void mount() {
        Optional<SmallDisk> mounted = SmallDisk.mount(folder, MEBIBYTES);
        assumeTrue(mounted.isPresent(), "needs root, to mount a small file system");
        disk = mounted.get();
    }

    @AfterEach
    void unmount() {
        if (disk != null) {
            disk.close();
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOnDisk.class)
    void aFullDiskRefusesAndLosesNothingAndIsForgottenOnceThereIsRoom(StoreOnDisk kind) throws Exception {
        try (StoreOnDisk.Opened store = kind.open(disk.path());
                FaultRun run = new FaultRun(folder, node -> FaultRun.lively(store.uri()), 1);
                EventLines stream = EventLines.of(run.hub(0).uri(), "elsewhere")) {
            run.readOverSocket("socket", () -> 0, List.of("orders"));
            run.readOverClient("client", () -> 0, Interest.in("orders"));
            run.awaitReaders();
            var publisher = new RecordingPublisher(run.history(), "publisher", () -> run.app(0));
            fill(publisher);
            assertRefusedSoon(publisher);
            stream.awaitHeartbeat(FaultRun.PATIENCE);
            assertThat(run.hub(0).probe("/livez").status()).isEqualTo(200);

            disk.dropBallast();
            run.hub(0).await("taking events", HEALED, () -> publish(publisher) == Outcome.ACKED);
            run.hub(0).await("ready", HEALED, () -> run.hub(0).probe("/readyz").status() == 200);
            assertThat(run.settle().gapsByCause()).isEmpty();
        }
        if (kind == StoreOnDisk.SQLITE) {
            assertThat(integrity()).isEqualTo("ok");
        }
    }

    private void fill(RecordingPublisher publisher) {
        for (int i = 0; i < MOST; i++) {
            if (publish(publisher) == Outcome.REFUSED) {
                return;
            }
        }
        throw new AssertionError("more than it holds fits on a disk of " + MEBIBYTES + " MiB");
    }

    private void assertRefusedSoon(RecordingPublisher publisher) {
        for (int i = 0; i < 10; i++) {
            long begin = System.nanoTime();
            assertThat(publish(publisher)).isEqualTo(Outcome.REFUSED);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(REFUSED);
            assertThat(publisher.lastCode()).isEqualTo("storage_full");
        }
    }

    private Outcome publish(RecordingPublisher publisher) {
        Sending message = publisher.message("orders");
        String json = "{\"id\":\"" + message.id() + "\",\"padding\":\"" + padding() + "\"}";
        return publisher.publish(message, event -> Event.json(json).withIdempotencyKey(message.id()));
    }

    /// Returns what cannot be compressed.
    private String padding() {
        byte[] bytes = new byte[PADDING];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
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
