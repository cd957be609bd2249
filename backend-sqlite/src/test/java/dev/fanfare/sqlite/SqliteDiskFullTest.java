package dev.fanfare.sqlite;

import dev.fanfare.contract.DiskFullContract;
import dev.fanfare.spi.Backend;
import java.nio.file.Path;

final class SqliteDiskFullTest extends DiskFullContract {
    @Override
    protected Backend open(Path kept) {
        return SqliteBackend.in(kept.resolve("topics.db"));
    }

    @Override
    protected void end() {
        // the broadcaster has closed the file
    }
}
