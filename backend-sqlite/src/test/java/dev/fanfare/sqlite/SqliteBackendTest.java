package dev.fanfare.sqlite;

import dev.fanfare.contract.BackendContract;
import dev.fanfare.contract.ClusterContract;
import dev.fanfare.contract.DurableContract;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.contract.OutageContract;
import dev.fanfare.contract.RecordingListener.News;
import dev.fanfare.spi.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

final class SqliteBackendTest extends BackendContract implements DurableContract, ClusterContract, OutageContract {
    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();
    private final Set<News> earlier = Collections.newSetFromMap(new IdentityHashMap<>());

    @Override
    public Backend open() {
        try {
            Files.createDirectories(present());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return SqliteBackend.in(present().resolve("topics.db"), clock);
    }

    private Path present() {
        return folder.resolve("present");
    }

    private Path away() {
        return folder.resolve("away");
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

    /// The folder is gone, with the file in it.
    @Override
    public void cut() {
        move(present(), away(), News.Interrupted.class);
    }

    @Override
    public void mend() {
        move(away(), present(), News.Resumed.class);
    }

    @Override
    public void stopStore() {
        cut();
    }

    @Override
    public void startStore() {
        mend();
    }

    /// Moves the folder, and waits until that has been noticed.
    private void move(Path from, Path to, Class<? extends News> sign) {
        earlier.addAll(node().news().all());
        try {
            Files.move(from, to);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        node().news().await("news of the move", news -> sign.isInstance(news) && !earlier.contains(news));
    }
}
