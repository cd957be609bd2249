package dev.fanfare.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A file system in memory that is soon full: half of it is taken until the ballast is dropped.
///
/// Threads: confined to the test.
public final class SmallDisk implements AutoCloseable {

    private final Path path;
    private final Path ballast;

    private SmallDisk(Path path, int mebibytes) throws IOException {
        this.path = path;
        this.ballast = Files.write(path.resolve("ballast"), new byte[mebibytes << 19]);
    }

    /// Mounts one in the folder; empty without the right to mount.
    public static Optional<SmallDisk> mount(Path folder, int mebibytes) {
        try {
            Path path = Files.createDirectory(folder.resolve("disk"));
            boolean mounted =
                    Command.succeeds("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", path.toString());
            return mounted ? Optional.of(new SmallDisk(path, mebibytes)) : Optional.empty();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public Path path() {
        return path;
    }

    /// Makes room.
    public void dropBallast() {
        try {
            Files.delete(ballast);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Waits for what a program that was killed has left behind, as the child of Redis that writes the log anew.
    @Override
    public void close() {
        Polling.until("all files on " + path + " to be closed", () -> Command.succeeds("umount", path.toString()));
    }
}
