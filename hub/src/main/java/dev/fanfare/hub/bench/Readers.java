package dev.fanfare.hub.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/// Many connections that read one topic, served by one thread.
///
/// Threads: `counted` may be asked by any; the histogram belongs to the reading thread until `close` has returned.
final class Readers implements AutoCloseable {
    private static final long SIGN_OF_LIFE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
    private final AtomicLong counted = new AtomicLong();
    private final List<SocketChannel> channels = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
    private final Transport transport;
    private final Selector selector;
    private final Thread thread = new Thread(this::read, "fanfare-bench-readers");
    private volatile long countFrom = Long.MAX_VALUE;
    private volatile boolean closed;
    private final AtomicInteger lost = new AtomicInteger();

    /// Opens the connections, each subscribed before the next is opened.
    Readers(Transport transport, URI hub, String app, String topic, int connections) throws IOException {
        this.transport = transport;
        this.selector = Selector.open();
        try {
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = transport.open(hub, app, topic);
                channels.add(channel);
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, new Marker());
            }
        } catch (IOException failed) {
            closeChannels();
            throw new IOException(
                    "reader " + (channels.size() + 1) + " of " + connections + ": " + failed.getMessage(), failed);
        }
        thread.setDaemon(true);
        thread.start();
    }

    /// Counts from now on only what was sent at `nanoTime` or later.
    void countFrom(long nanoTime) {
        countFrom = nanoTime;
    }

    long counted() {
        return counted.get();
    }

    /// Returns how many connections the hub has closed.
    int lostConnections() {
        return lost.get();
    }

    private void read() {
        long alive = System.nanoTime();
        try {
            while (!closed) {
                selector.select(this::read, 100);
                if (transport == Transport.WS && System.nanoTime() - alive > SIGN_OF_LIFE_NANOS) {
                    alive = System.nanoTime();
                    for (SocketChannel channel : channels) {
                        channel.write(Transport.pong());
                    }
                }
            }
        } catch (IOException failed) {
            lost.set(channels.size());
        }
    }

    private void read(SelectionKey key) {
        try {
            buffer.clear();
            int read = ((SocketChannel) key.channel()).read(buffer);
            if (read < 0) {
                key.cancel();
                lost.incrementAndGet();
                return;
            }
            ((Marker) key.attachment()).find(buffer.flip(), this::record);
        } catch (IOException reset) {
            key.cancel();
            lost.incrementAndGet();
        }
    }

    private void record(long sentNanos) {
        if (sentNanos - countFrom >= 0) {
            latencies.recordValue(Math.min(LONGEST_NANOS, Math.max(0, System.nanoTime() - sentNanos)));
            counted.lazySet(counted.get() + 1);
        }
    }

    /// Closes the connections, and returns the latencies in nanoseconds.
    Histogram finish() throws InterruptedException {
        close();
        thread.join();
        return latencies;
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        closeChannels();
    }

    private void closeChannels() {
        for (SocketChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException alreadyBroken) {
                lost.incrementAndGet();
            }
        }
    }
}
