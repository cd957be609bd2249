package dev.fanfare.testbed;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// What a [FaultProxy] does to the bytes that pass in one direction. The names are Toxiproxy's.
public sealed interface Toxic {
    /// Each piece is late by `delay`, give or take `jitter`.
    record Latency(Duration delay, Duration jitter) implements Toxic {}

    /// So many bytes pass in a second.
    record Bandwidth(int bytesPerSecond) implements Toxic {
        public Bandwidth {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException(
                        "a bandwidth of " + bytesPerSecond + " lets nothing pass: use Timeout");
            }
        }
    }

    /// At most `size` bytes pass at once, with a pause between.
    record Slicer(int size, Duration pause) implements Toxic {
        public Slicer {
            if (size < 1) {
                throw new IllegalArgumentException("slices must have at least 1 byte, not " + size);
            }
        }
    }

    /// After so many bytes the connection is closed. Bytes that passed before this was set do not count.
    record LimitData(long bytes) implements Toxic {}

    /// What comes is swallowed, also the end of the connection: neither side learns that the other cannot be reached.
    record Timeout() implements Toxic {}

    /// A piece that holds `text` is swallowed, and so is all that follows it in its connection, also once this has been
    /// taken away; `struck` is counted down. The end of the connection passes.
    record SilentFrom(String text, CountDownLatch struck) implements Toxic {}

    /// The next byte resets the connection.
    record ResetPeer() implements Toxic {}

    /// The end of the connection is passed on late.
    record SlowClose(Duration delay) implements Toxic {}
}
