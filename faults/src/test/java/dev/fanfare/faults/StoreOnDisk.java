package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Command;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// The stores that keep on a disk what they are told.
enum StoreOnDisk {
    SQLITE {
        @Override
        Opened open(Path disk) {
            return new Opened("sqlite:" + disk.resolve("topics.db"), () -> {});
        }
    },
    REDIS {
        @Override
        Opened open(Path disk) {
            RedisServer server = RedisServer.start("--appendonly", "yes", "--dir", disk.toString());
            return new Opened(server.url(), server::close);
        }
    },
    POSTGRES {
        @Override
        Opened open(Path disk) throws Exception {
            PostgresServer server = PostgresServer.start("max_connections = 50");
            keepTables(server, disk);
            return new Opened(server.address(), server::close);
        }
    };

    /// @param uri as a hub's `--store` takes it
    /// @param stop ends its server, if it has one
    record Opened(String uri, Runnable stop) implements AutoCloseable {
        @Override
        public void close() {
            stop.run();
        }
    }

    /// Opens the store with all that it keeps on that disk.
    abstract Opened open(Path disk) throws Exception;

    /// The server's own files need more room than there is.
    private static void keepTables(PostgresServer server, Path disk) throws Exception {
        Path tables = Files.createDirectory(disk.resolve("tables"));
        Files.setPosixFilePermissions(disk.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(Command.succeeds("chown", "nobody", tables.toString())).isTrue();
        try (Connection connection = DriverManager.getConnection(server.address());
                Statement sql = connection.createStatement()) {
            sql.execute("create tablespace small location '" + tables + "'");
            sql.execute("alter role postgres set default_tablespace = small");
        } catch (SQLException failed) {
            server.close();
            throw failed;
        }
    }
}
