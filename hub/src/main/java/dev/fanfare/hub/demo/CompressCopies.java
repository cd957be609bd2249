package dev.fanfare.hub.demo;

import dev.fanfare.hub.demo.Folder.Item;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/// Writes a compressed copy of every file, and deletes it when its size is known.
///
/// @param scratch where copies are written
record CompressCopies(Path scratch) implements Chore {
    @Override
    public String name() {
        return "compress";
    }

    @Override
    public Findings work(Path root, Part part, Meter meter) throws IOException {
        long compressed = 0;
        for (Item file : part.files()) {
            Path copy = Files.createTempFile(scratch, "copy", ".gz");
            try (InputStream bytes = meter.open(root.resolve(file.path()));
                    OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(copy), 64 << 10)) {
                bytes.transferTo(gzip);
            } finally {
                compressed += Files.size(copy);
                Files.delete(copy);
            }
        }
        return new Findings(
                String.format(Locale.ROOT, "compressed to %.0f %%", 100.0 * compressed / Math.max(1, meter.bytes())),
                "\"compressed_bytes\":" + compressed);
    }
}
