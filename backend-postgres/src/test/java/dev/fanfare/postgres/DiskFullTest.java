package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Command;
import dev.fanfare.contract.DiskFullContract;
import dev.fanfare.spi.Backend;
import dev.fanfare.testbed.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// The server's tables lie on the small disk.
final class DiskFullTest extends DiskFullContract {
    private final PostgresServer server = PostgresServer.start("max_connections = 50");

    @Override
    protected Backend open(Path kept) throws Exception {
        Path tables = Files.createDirectory(kept.resolve("tables"));
        Files.setPosixFilePermissions(kept.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(Command.succeeds("chown", "nobody", tables.toString())).isTrue();
        Sandbox sandbox = new Sandbox(server.address());
        sandbox.execute("create tablespace small location '" + tables + "'");
        sandbox.execute("alter role postgres set default_tablespace = small");
        return PostgresBackend.at(sandbox.address());
    }

    @Override
    protected void end() {
        server.close();
    }
}
