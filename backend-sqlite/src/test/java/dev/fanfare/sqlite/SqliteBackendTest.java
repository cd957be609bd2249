package dev.fanfare.sqlite;

import dev.fanfare.contract.BackendContract;
import dev.fanfare.contract.ClusterContract;
import dev.fanfare.contract.DurableContract;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.spi.Backend;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

final class SqliteBackendTest extends BackendContract implements DurableContract, ClusterContract {
    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();

    @Override
    public Backend open() {
        return SqliteBackend.in(folder.resolve("topics.db"), clock);
    }

    @Override
    public void elapse(Duration time) {
        clock.advance(time);
    }

    @Override
    public void setBack(Duration time) {
        clock.shiftWall(time.negated());
    }

    @Override
    public int rounds() {
        return 500;
    }
}
