package dev.fanfare.redis;

import dev.fanfare.contract.DiskFullContract;
import dev.fanfare.spi.Backend;
import dev.fanfare.testbed.RedisServer;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The server's log lies on the small disk.
final class RedisDiskFullTest extends DiskFullContract {
    private @Nullable RedisServer server;

    @Override
    protected Backend open(Path kept) {
        server = RedisServer.start("--appendonly", "yes", "--dir", kept.toString());
        return RedisBackend.at(server.url());
    }

    @Override
    protected void end() {
        Objects.requireNonNull(server).close();
    }
}
