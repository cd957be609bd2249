package dev.fanfare.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// One direction of a connection. Each piece that is read passes the toxics that hold at that moment.
///
/// While a piece is held up nothing more is read, so what comes meanwhile waits in the kernel and passes as one piece.
///
/// Threads: confined to the one that passes.
final class ToxicPipe {
    private static final long LOOK_NANOS = Duration.ofMillis(10).toNanos();

    private final Supplier<List<Toxic>> toxics;
    private final ProxiedConnection connection;
    private long passed; // while a limit holds
    private boolean silent;

    ToxicPipe(Supplier<List<Toxic>> toxics, ProxiedConnection connection) {
        this.toxics = toxics;
        this.connection = connection;
    }

    void pass(InputStream in, OutputStream out) throws IOException {
        byte[] bytes = new byte[64 << 10];
        for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
            pass(bytes, length, out);
        }
        awaitLeaveToEnd();
        toxic(Toxic.SlowClose.class).ifPresent(slow -> pause(slow.delay()));
    }

    private void pass(byte[] bytes, int length, OutputStream out) throws IOException {
        if (toxic(Toxic.ResetPeer.class).isPresent()) {
            connection.reset();
            throw new IOException("reset, as was asked for");
        }
        toxic(Toxic.Latency.class).ifPresent(ToxicPipe::delay);
        toxic(Toxic.SilentFrom.class).ifPresent(from -> fallSilent(from, bytes, length));
        if (toxic(Toxic.Timeout.class).isEmpty() && !silent) {
            write(bytes, length, out);
        }
    }

    private void fallSilent(Toxic.SilentFrom from, byte[] bytes, int length) {
        if (new String(bytes, 0, length, StandardCharsets.ISO_8859_1).contains(from.text())) {
            silent = true;
            from.struck().countDown();
        }
    }

    private static void delay(Toxic.Latency latency) {
        long jitter = latency.jitter().toNanos();
        long more = jitter == 0 ? 0 : ThreadLocalRandom.current().nextLong(-jitter, jitter);
        pause(Duration.ofNanos(Math.max(0, latency.delay().toNanos() + more)));
    }

    private void write(byte[] bytes, int length, OutputStream out) throws IOException {
        int slice = toxic(Toxic.Slicer.class).map(Toxic.Slicer::size).orElse(length);
        for (int from = 0; from < length; from += slice) {
            writeLimited(bytes, from, Math.min(slice, length - from), out);
            toxic(Toxic.Slicer.class).ifPresent(slicer -> pause(slicer.pause()));
        }
    }

    private void writeLimited(byte[] bytes, int from, int length, OutputStream out) throws IOException {
        Optional<Toxic.LimitData> limit = toxic(Toxic.LimitData.class);
        long left = limit.map(most -> most.bytes() - passed).orElse((long) length);
        int allowed = (int) Math.max(0, Math.min(length, left));
        toxic(Toxic.Bandwidth.class)
                .ifPresent(width -> pause(Duration.ofNanos(allowed * 1_000_000_000L / width.bytesPerSecond())));
        out.write(bytes, from, allowed);
        passed = limit.isPresent() ? passed + allowed : 0;
        if (limit.isPresent() && passed >= limit.get().bytes()) {
            throw new IOException("closed after " + passed + " bytes, as was asked for");
        }
    }

    /// An end that would be swallowed stays unsaid for as long.
    private void awaitLeaveToEnd() {
        while (toxic(Toxic.Timeout.class).isPresent() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private <T extends Toxic> Optional<T> toxic(Class<T> kind) {
        return toxics.get().stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    private static void pause(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        while (end - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
