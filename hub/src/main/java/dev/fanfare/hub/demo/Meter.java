package dev.fanfare.hub.demo;

import dev.fanfare.jobs.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/// What a chore reads files with: counts each byte as progress of its job, and keeps the pace.
///
/// Threads: confined to the job's worker.
final class Meter {
    /// Small enough that a bar moves evenly, large enough to cost nothing.
    private static final int LARGEST_READ = 64 << 10;

    private final Progress progress;
    private final Pace pace;
    private final int largestRead;
    private final LongConsumer onBytes;
    private long bytes;

    /// @param total how many bytes the job will read
    /// @param onBytes told after each read how many bytes have been read so far
    Meter(Progress progress, Pace pace, long total, LongConsumer onBytes) {
        this.progress = progress;
        this.pace = pace;
        this.onBytes = onBytes;
        this.largestRead = (int) Math.max(1, Math.min(LARGEST_READ, total / 100));
    }

    /// Opens a file whose bytes count.
    InputStream open(Path file) throws IOException {
        progress.message(String.valueOf(file.getFileName()));
        return metered(Files.newInputStream(file));
    }

    InputStream metered(InputStream source) {
        return new Metered(source);
    }

    long bytes() {
        return bytes;
    }

    private void count(int read) throws IOException {
        bytes += read;
        progress.advance(read);
        onBytes.accept(bytes);
        if (progress.isEnded()) {
            throw new JobStoppedException();
        }
        try {
            pace.spend(read);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the demo was stopped");
        }
    }

    /// Somebody else has ended the job: there is no use in going on.
    static final class JobStoppedException extends IOException {
        private static final long serialVersionUID = 1;
    }

    private final class Metered extends InputStream {
        private final InputStream source;

        Metered(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            int read = source.read();
            if (read >= 0) {
                count(1);
            }
            return read;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = source.read(target, offset, Math.min(length, largestRead));
            if (read > 0) {
                count(read);
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
