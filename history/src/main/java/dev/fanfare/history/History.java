package dev.fanfare.history;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What happened in a run, as those who took part recorded it: kept in memory, and written to a file line by line.
///
/// Threads: safe. The order of `add` is the history's.
public final class History implements AutoCloseable {
    private final Path file;
    private final Clock clock;
    private final List<Entry> entries = new ArrayList<>();
    private final BufferedWriter out;

    /// Begins a history whose lines go to `file`, which is made anew.
    public History(Path file) {
        this(file, Clock.systemUTC());
    }

    History(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
        try {
            out = Files.newBufferedWriter(file);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write the history to " + file, failed);
        }
    }

    public Path file() {
        return file;
    }

    public synchronized void add(Entry entry) {
        entries.add(entry);
        notifyAll();
        try {
            out.write(EntryJson.line(entry, clock.instant()));
            out.newLine();
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write the history to " + file, failed);
        }
    }

    public synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    /// Waits until the entries are as `condition` wants them.
    ///
    /// @param what is waited for, for the one who reads why it failed
    /// @throws AssertionError if they are not in time
    public synchronized void await(String what, Duration longest, Predicate<List<Entry>> condition)
            throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        while (!condition.test(Collections.unmodifiableList(entries))) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("waited " + longest + " for " + what + "; see " + file);
            }
            wait(left);
        }
    }

    /// Reads a file that a history has written.
    ///
    /// @throws dev.fanfare.InvalidValueException naming the first line that is no entry
    public static List<Entry> read(Path file) throws IOException {
        List<Entry> read = new ArrayList<>();
        try (Stream<String> lines = Files.lines(file)) {
            lines.forEach(line -> read.add(EntryReader.read(line, read.size() + 1)));
        }
        return read;
    }

    /// Writes out what is still in the buffer.
    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write the history to " + file, failed);
        }
    }
}
