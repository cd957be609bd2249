package dev.fanfare.hub.config;

import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.postgres.PostgresBackend;
import dev.fanfare.redis.RedisAddress;
import dev.fanfare.redis.RedisBackend;
import dev.fanfare.spi.Backend;
import dev.fanfare.sqlite.SqliteBackend;
import java.nio.file.Path;

/// Where a hub keeps its events.
public sealed interface Store {
    /// Returns the backend, which has not been started.
    Backend backend();

    /// Tells a person where it is and what becomes of what it holds.
    String about();

    /// In this process, for as long as it lives.
    record Memory() implements Store {
        @Override
        public Backend backend() {
            return MemoryBackend.create();
        }

        @Override
        public String about() {
            return "memory: what it holds is gone when it stops";
        }
    }

    /// In a file, which several hubs of one machine may share.
    ///
    /// @param fsynced whether what is acknowledged is on the disk
    record Sqlite(Path file, boolean fsynced) implements Store {
        @Override
        public Backend backend() {
            SqliteBackend backend = SqliteBackend.in(file);
            return fsynced ? backend.fsynced() : backend;
        }

        @Override
        public String about() {
            return file.toAbsolutePath() + ": what it holds is still there when it starts again";
        }
    }

    /// In Redis, which any number of hubs may share.
    record Redis(RedisAddress address) implements Store {
        @Override
        public Backend backend() {
            return RedisBackend.at(address);
        }

        @Override
        public String about() {
            return address + ": shared by all hubs that name it";
        }
    }

    /// In a PostgreSQL database, which any number of hubs may share.
    record Postgres(String url) implements Store {
        @Override
        public PostgresBackend backend() {
            return PostgresBackend.at(url);
        }

        @Override
        public String about() {
            return backend() + ": shared by all hubs that name it";
        }

        /// Leaves the password out.
        @Override
        public String toString() {
            return backend().toString();
        }
    }
}
