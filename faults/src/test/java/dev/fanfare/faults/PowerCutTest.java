package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.Durability;
import dev.fanfare.client.HubClient;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.HubOptions;
import dev.fanfare.testbed.HubProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// R23: the machine may lose power at any moment. Whatever is acknowledged as `fsynced` has been synced after it was
/// written, as the hub's system calls show. Needs strace.
@ExtendWith(ThreadLeaks.class)
@Timeout(120)
class PowerCutTest {
    private static final int MESSAGES = Scale.rounds(100, 1_000);

    @TempDir
    Path folder;

    @Test
    void whatIsAcknowledgedAsFsyncedIsOnTheDiskBefore() throws Exception {
        SystemCalls calls = publish("?synchronous=full", Durability.FSYNCED);
        assertThat(calls.answers()).isEqualTo(MESSAGES);
        assertThat(calls.synced()).isEqualTo(MESSAGES);
    }

    @Test
    void whatIsOnlyCommittedIsAcknowledgedAsThat() throws Exception {
        SystemCalls calls = publish("", Durability.COMMITTED);
        assertThat(calls.answers()).isEqualTo(MESSAGES);
        assertThat(calls.synced()).isLessThan(MESSAGES / 2);
    }

    private SystemCalls publish(String option, Durability expected) throws Exception {
        assumeTrue(SystemCalls.canBeSeen(folder), "needs strace, and the right to use it");
        Path trace = folder.resolve("calls");
        HubOptions options =
                HubOptions.on("sqlite:" + folder.resolve("topics.db") + option).wrappedIn(SystemCalls.into(trace));
        try (HubProcess hub = HubProcess.start(folder, options);
                HubClient client = FaultRun.client(hub.uri())) {
            for (int i = 0; i < MESSAGES; i++) {
                assertThat(client.app("shop").topic("orders").publish("" + i).durability())
                        .isEqualTo(expected);
            }
            hub.stop();
            return SystemCalls.of(trace, hub.pid());
        }
    }
}
