package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ManualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Many readers over real sockets, all read by one thread here.
class FanOutTest {
    private static final int READERS = 1_000;
    private static final byte[] MARK = "@@".getBytes(StandardCharsets.US_ASCII);

    /// Readers that count the marks they are sent.
    private static final class Crowd implements AutoCloseable {
        private final Selector selector = Selector.open();
        private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        private final List<SocketChannel> sockets = new ArrayList<>();
        private long marks;

        Crowd(int port, int readers, String path) throws IOException {
            for (int i = 0; i < readers; i++) {
                sockets.add(dial(port, path, 0));
            }
            for (SocketChannel socket : sockets) {
                readHead(socket);
                socket.configureBlocking(false);
                socket.register(selector, SelectionKey.OP_READ);
            }
        }

        static SocketChannel dial(int port, String path, int receiveBuffer) throws IOException {
            SocketChannel socket = SocketChannel.open();
            if (receiveBuffer > 0) {
                socket.setOption(java.net.StandardSocketOptions.SO_RCVBUF, receiveBuffer);
            }
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.write(ByteBuffer.wrap(
                    ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII)));
            return socket;
        }

        private void readHead(SocketChannel socket) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\"subscribed\"") < 0) {
                buffer.clear();
                assertThat(socket.read(buffer)).isPositive();
                head.append(StandardCharsets.UTF_8.decode(buffer.flip()));
            }
        }

        /// Reads until all have `each` marks more than at the last call; returns how long the last took.
        Duration await(int each) throws IOException {
            long began = System.nanoTime();
            long wanted = marks + (long) each * sockets.size();
            while (marks < wanted) {
                assertThat(selector.select(key -> read((SocketChannel) key.channel()), 10_000))
                        .as("%d of %d deliveries have arrived", marks, wanted)
                        .isPositive();
            }
            return Duration.ofNanos(System.nanoTime() - began);
        }

        private void read(SocketChannel socket) {
            try {
                buffer.clear();
                assertThat(socket.read(buffer))
                        .as("the hub has closed the connection")
                        .isPositive();
                buffer.flip();
                for (int i = 0; i + 1 < buffer.limit(); i++) {
                    if (buffer.get(i) == MARK[0] && buffer.get(i + 1) == MARK[1]) {
                        marks++;
                    }
                }
            } catch (IOException failed) {
                throw new AssertionError(failed);
            }
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel socket : sockets) {
                socket.close();
            }
            selector.close();
        }
    }

    @Test
    void everyOneOfAThousandReadersHasAnEventInLessThanAHundredMilliseconds() throws IOException {
        try (TestHub hub = TestHub.start();
                Crowd crowd = new Crowd(hub.port(), READERS, "/v1/demo/events?topic=a")) {
            List<Duration> took = publish(hub, crowd, "\"@@\"", 150);
            assertThat(took.get(took.size() * 9 / 10)).isLessThan(Duration.ofMillis(100));
        }
    }

    @Test
    void readersThatStallCostOthersNothingAndAreClosed() throws Exception {
        var clock = new ManualClock();
        String message = "\"@@" + "x".repeat(1020) + "\"";
        try (TestHub hub = TestHub.start(builder -> builder.clock(clock));
                Crowd crowd = new Crowd(hub.port(), READERS * 95 / 100, "/v1/demo/events?topic=a")) {
            Duration without = median(publish(hub, crowd, message, 300));
            long heap = usedHeap();

            List<SocketChannel> stalled = new ArrayList<>();
            for (int i = 0; i < READERS * 5 / 100; i++) {
                stalled.add(Crowd.dial(hub.port(), "/v1/demo/events?topic=a", 1024));
            }
            Duration with = median(publish(hub, crowd, message, 300)); // until those that stall are far behind

            assertThat(with).isLessThan(without.multipliedBy(6).dividedBy(5).plusMillis(20));
            assertThat(usedHeap() - heap).isLessThan(stalled.size() * (64L << 10) * 5 / 4 + (4L << 20));
            while (!hub.metric("fanfare_slow_consumers_total{policy=\"closed\"}")
                    .equals("50.0")) {
                clock.advance(Duration.ofSeconds(1));
            }
            for (SocketChannel socket : stalled) {
                socket.close();
            }
        }
    }

    /// Publishes one event after the other; returns how long each took to reach the whole crowd, the quickest first.
    /// The first fifty are left out: they pay for the JVM's warming up.
    private static List<Duration> publish(TestHub hub, Crowd crowd, String message, int count) throws IOException {
        List<Duration> took = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hub.app().topic("a").publish(message);
            took.add(crowd.await(1));
        }
        return took.subList(50, count).stream().sorted().toList();
    }

    /// What a busy machine does to some of them does not count.
    private static Duration median(List<Duration> sorted) {
        return sorted.get(sorted.size() / 2);
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void comingAndGoingLeavesNothingBehind() throws IOException {
        try (TestHub hub = TestHub.start()) {
            for (int round = 0; round < 50; round++) {
                List<SocketChannel> sockets = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    SocketChannel socket = Crowd.dial(hub.port(), "/v1/demo/events?topic=t" + i, 0);
                    sockets.add(socket);
                    if (i % 2 == 0) {
                        socket.setOption(java.net.StandardSocketOptions.SO_LINGER, 0); // closes with a reset
                    }
                }
                for (SocketChannel socket : sockets) {
                    socket.close();
                }
            }
            while (!hub.metric("fanfare_connections{transport=\"sse\"}").equals("0.0")) {
                Thread.onSpinWait();
            }
            assertThat(hub.hub().loops()).allSatisfy(loop -> {
                var groups = new java.util.concurrent.CompletableFuture<Integer>();
                loop.execute(() -> groups.complete(loop.groups().size()));
                assertThat(groups.get()).isZero();
            });
        }
    }
}
