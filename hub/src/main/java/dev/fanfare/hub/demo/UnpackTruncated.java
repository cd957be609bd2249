package dev.fanfare.hub.demo;

import dev.fanfare.hub.demo.Folder.Item;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Compresses the part's files into one archive, loses its end as a broken download does, and unpacks it: this fails.
///
/// @param scratch where the archive is written
record UnpackTruncated(Path scratch) implements Chore {
    @Override
    public String name() {
        return "unpack";
    }

    @Override
    public Findings work(Path root, Part part, Meter meter) throws IOException {
        Path archive = Files.createTempFile(scratch, "truncated", ".gz");
        try {
            pack(root, part, archive);
            truncate(archive);
            return unpack(archive, meter);
        } finally {
            Files.delete(archive);
        }
    }

    private static void pack(Path root, Part part, Path archive) throws IOException {
        try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(archive))) {
            for (Item file : part.files()) {
                Files.copy(root.resolve(file.path()), gzip);
            }
        }
    }

    private static void truncate(Path archive) throws IOException {
        try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() * 2 / 3);
        }
    }

    private static Findings unpack(Path archive, Meter meter) throws IOException {
        try (InputStream bytes = meter.metered(new GZIPInputStream(Files.newInputStream(archive)))) {
            bytes.transferTo(OutputStream.nullOutputStream());
        } catch (EOFException cut) {
            throw new IOException(
                    "the archive ends after " + meter.bytes() + " bytes of content: " + cut.getMessage(), cut);
        }
        return new Findings("unpacked", "\"unpacked_bytes\":" + meter.bytes());
    }
}
