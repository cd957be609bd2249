package dev.fanfare.sqlite;

import dev.fanfare.UnusableStoreException;
import dev.fanfare.spi.Quote;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/// Knows where a SQLite file must not be: on file systems of a network or of a virtual machine's host, whose locks and
/// shared memory do not reach everyone who has the file open.
interface FileSystems {
    /// As the system calls them; those that are run by a program of their own begin with `fuse.`.
    Set<String> DISTANT = Set.of(
            "nfs",
            "nfs4",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "afs",
            "afpfs",
            "9p",
            "ceph",
            "glusterfs",
            "lustre",
            "webdav",
            "davfs",
            "davfs2",
            "fuse.sshfs",
            "fuse.rclone",
            "fuse.s3fs",
            "fuse.glusterfs",
            "fuse.ceph",
            "fuse.davfs",
            "fuse.gcsfuse",
            "fuse.juicefs");

    FileSystems REAL = folder -> Files.getFileStore(folder).type();

    /// Returns the kind of file system that the folder is on.
    String kindOf(Path folder) throws IOException;

    /// Refuses the folder if it is no place for the file.
    ///
    /// @throws UnusableStoreException then
    default void requireLocal(Path file, Path folder) {
        String kind = kind(folder);
        if (DISTANT.contains(kind)) {
            throw new UnusableStoreException(
                    Quote.of(file.toString()),
                    "it is on a network's file system (" + kind + "), where locks do not hold; use a local disk");
        }
    }

    private String kind(Path folder) {
        try {
            return kindOf(folder).toLowerCase(Locale.ROOT);
        } catch (IOException unknown) {
            return ""; // a system that does not tell is not refused
        }
    }
}
