package dev.fanfare.benchmarks;

import dev.fanfare.Broadcaster;
import dev.fanfare.Event;
import dev.fanfare.Topic;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/// Another process of a measurement, with a backend of its own on the store. It says when it is ready, begins when it
/// is told, and prints what it has measured.
///
/// Threads: confined to the one that has started it.
final class Child implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private Child(Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        lines = process.inputReader(StandardCharsets.UTF_8);
        line();
    }

    static Child publishing(Store store, String app, Publishers publishers, Timing timing) throws IOException {
        return new Child(
                "load",
                store.name(),
                app,
                publishers.count(),
                publishers.batch(),
                publishers.readAll(),
                timing.warmup(),
                timing.duration());
    }

    /// Publishers of what the store does at best.
    static Child publishingBare(Store store, int publishers, Timing timing) throws IOException {
        return new Child("bare", store.name(), publishers, timing.warmup(), timing.duration());
    }

    static Child publishingAt(int rate, Store store, String app, Timing timing) throws IOException {
        return new Child("rate", store.name(), app, rate, timing.warmup().plus(timing.duration()));
    }

    void begin() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /// Waits for what it has measured.
    Histogram result() throws IOException {
        try {
            byte[] bytes = Base64.getDecoder().decode(line());
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
        } catch (DataFormatException broken) {
            throw new IOException("what a process has measured cannot be read", broken);
        }
    }

    private String line() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("a process of the measurement has failed");
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        process.onExit().join();
        lines.close();
    }

    /// The main of the other process.
    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "load" -> load(args);
            case "bare" -> loadBare(args);
            default -> publishAt(Integer.parseInt(args[3]), args);
        }
    }

    private static void load(String[] args) throws IOException {
        Publishers publishers =
                new Publishers(Integer.parseInt(args[3]), Integer.parseInt(args[4]), Boolean.parseBoolean(args[5]));
        try (Backend backend = new Store(args[1]).open()) {
            Waiting.forResult(backend.start(new Silent()), () -> "starting");
            awaitBeginning();
            print(publishers.run(backend, args[2], new Timing(Duration.parse(args[6]), Duration.parse(args[7]))));
        }
    }

    private static void loadBare(String[] args) throws IOException {
        try (Bare.Connected bare = Bare.of(new Store(args[1])).orElseThrow().connect()) {
            awaitBeginning();
            print(new Publishers(Integer.parseInt(args[2]), 1, false)
                    .run(bare, new Timing(Duration.parse(args[3]), Duration.parse(args[4]))));
        }
    }

    private static void print(Histogram measured) {
        ByteBuffer bytes = ByteBuffer.allocate(measured.getNeededByteBufferCapacity());
        int length = measured.encodeIntoCompressedByteBuffer(bytes);
        System.out.println(Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length)));
    }

    private static void publishAt(int rate, String[] args) throws IOException {
        try (Broadcaster broadcaster = Broadcaster.on(new Store(args[1]).open())) {
            Topic topic = broadcaster.app(args[2]).topic(Delivering.TOPIC);
            awaitBeginning();
            publishAt(rate, Duration.parse(args[4]), topic);
        }
    }

    /// Publishes when it is due, whether or not what went before has been acknowledged; each event says when that was.
    static void publishAt(int rate, Duration time, Topic topic) {
        long begin = System.nanoTime();
        for (long i = 0; i < rate * time.toSeconds(); i++) {
            long due = begin + i * 1_000_000_000L / rate;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            topic.publishAsync(Event.json("" + due)).toCompletableFuture().join();
        }
    }

    private static void awaitBeginning() throws IOException {
        System.out.println("ready");
        if (System.in.read() < 0) {
            throw new IOException("whoever measures has ended");
        }
    }
}
