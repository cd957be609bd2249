package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.RefusedException;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The server's disk is full: its tables lie in a file system of 16 MiB. Needs the right to mount.
@ExtendWith(ThreadLeaks.class)
final class DiskFullTest {
    private static final TopicPolicy LARGE =
            TopicPolicy.DEFAULT.withHistory(1_000_000, 1 << 30, TopicPolicy.DEFAULT.historyAge());
    private static final int BALLAST = 6 << 20;
    private static final int MESSAGE_BYTES = 50_000;
    private static final int MOST = 400; // more than has room

    @TempDir
    Path folder;

    private final Random random = new Random(7);
    private Path disk;
    private PostgresServer server;
    private Sandbox sandbox;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString()),
                "needs root, to mount a small file system");
        Path tables = Files.createDirectory(disk.resolve("tables"));
        assertThat(run("chown", "nobody", tables.toString())).isTrue();
        assertThat(run("chmod", "755", folder.toString())).isTrue();
        server = PostgresServer.start("max_connections = 50");
        sandbox = new Sandbox(server.address());
        sandbox.execute("create tablespace small location '" + tables + "'");
        sandbox.execute("alter role postgres set default_tablespace = small");
    }

    @AfterEach
    void unmount() throws Exception {
        if (server != null) {
            server.close();
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void publishesAreRefusedAndNothingIsLostAndItGoesOnOnceThereIsRoom() throws Exception {
        Path ballast = Files.write(disk.resolve("ballast"), new byte[BALLAST]);
        try (Broadcaster broadcaster = Broadcaster.builder(PostgresBackend.at(sandbox.address()))
                .policy(LARGE)
                .start()) {
            App shop = broadcaster.app("shop");
            int accepted = fill(shop);
            assertThat(broadcaster.health().available()).as("reading goes on").isTrue();
            assertThat(shop.topic("orders").state().orElseThrow().position().offset())
                    .isEqualTo(accepted);

            Files.delete(ballast);
            shop.topic("orders").publish("\"there is room\"");
            try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders", StartAt.earliest())) {
                assertThat(reader.messages(accepted + 1)).last().isEqualTo("\"there is room\"");
            }
        }
    }

    /// Publishes until there is no room; returns how many events were accepted.
    private int fill(App shop) {
        for (int accepted = 0; accepted < MOST; accepted++) {
            try {
                shop.topic("orders").publish(message());
            } catch (RefusedException full) {
                assertThat(full.code()).isEqualTo("storage_full");
                return accepted;
            }
        }
        throw new AssertionError("all found room");
    }

    /// Returns one that cannot be compressed.
    private String message() {
        byte[] bytes = new byte[MESSAGE_BYTES];
        random.nextBytes(bytes);
        return '"' + Base64.getEncoder().encodeToString(bytes) + '"';
    }
}
