package dev.fanfare.hub.demo;

import dev.fanfare.hub.demo.Folder.Item;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;

/// Counts lines and words as `wc` does: line feeds, and runs of bytes that are no white space.
record CountWords() implements Chore {
    @Override
    public String name() {
        return "count";
    }

    @Override
    public Findings work(Path root, Part part, Meter meter) throws IOException {
        byte[] buffer = new byte[64 << 10];
        long lines = 0;
        long words = 0;
        for (Item file : part.files()) {
            boolean inWord = false;
            try (InputStream bytes = meter.open(root.resolve(file.path()))) {
                for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                    for (int i = 0; i < read; i++) {
                        boolean blank = isBlank(buffer[i]);
                        lines += buffer[i] == '\n' ? 1 : 0;
                        words += inWord || blank ? 0 : 1;
                        inWord = !blank;
                    }
                }
            }
        }
        return new Findings(
                String.format(Locale.ROOT, "%,d lines, %,d words", lines, words),
                "\"lines\":" + lines + ",\"words\":" + words);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }
}
