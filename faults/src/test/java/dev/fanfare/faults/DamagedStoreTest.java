package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.FanfareProgram;
import dev.fanfare.testbed.HubOptions;
import dev.fanfare.testbed.HubProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// R26, as whoever starts the hub sees it: a damaged file is refused in one line, and left as it is.
@ExtendWith(ThreadLeaks.class)
@Timeout(60)
class DamagedStoreTest {
    @TempDir
    Path folder;

    @Test
    void aHubDoesNotStartOnADamagedFile() throws Exception {
        Path file = folder.resolve("topics.db");
        try (HubProcess hub = HubProcess.start(folder, HubOptions.on("sqlite:" + file))) {
            assertThat(hub.stop()).isZero();
        }
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 100, 4_000, (byte) 7); // where the schema is
        Files.write(file, bytes);

        try (FanfareProgram hub = FanfareProgram.start(folder, "serve", "--port", "0", "--store", "sqlite:" + file)) {
            assertThat(hub.rest()).contains("topics.db", "damaged").hasLineCount(1);
            assertThat(hub.exitCode()).isEqualTo(78);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }
}
