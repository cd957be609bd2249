package dev.fanfare.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// How much one hub takes, and from whom. All that the protocol lists for connections, in one place.
///
/// @param eventBytes the body of a publish, and a line of a batch
/// @param batchBytes the body of a batch
/// @param frameBytes a message over WebSocket
/// @param fragments the frames that one such message may come in, empty ones counted
/// @param namesPerConnection the topics and patterns that one connection may name
/// @param connections open at once
/// @param connectionsPerAddress open at once from one address; loopback is not counted
/// @param headerBytes all headers of a request
/// @param urlBytes the first line of a request
/// @param sendBufferBytes the kernel's buffer of a connection: what a reader that does not read holds outside the heap
/// @param waitingBytes what waits for a connection beyond that buffer; then it is a position only
public record Limits(
        int eventBytes,
        int batchBytes,
        int frameBytes,
        int fragments,
        int namesPerConnection,
        int connections,
        int connectionsPerAddress,
        int headerBytes,
        int urlBytes,
        int sendBufferBytes,
        int waitingBytes) {
    /// The protocol's defaults; the number of connections comes from what this process may open.
    public static final Limits DEFAULT = new Limits(
            1 << 20,
            16 << 20,
            1 << 20,
            64,
            128,
            connectionsOf(descriptors()),
            100,
            16 << 10,
            8 << 10,
            64 << 10,
            64 << 10);

    public Limits {
        requirePositive("eventBytes", eventBytes);
        requirePositive("batchBytes", batchBytes);
        requirePositive("frameBytes", frameBytes);
        requirePositive("fragments", fragments);
        requirePositive("namesPerConnection", namesPerConnection);
        requirePositive("connections", connections);
        requirePositive("connectionsPerAddress", connectionsPerAddress);
        requirePositive("headerBytes", headerBytes);
        requirePositive("urlBytes", urlBytes);
        requirePositive("sendBufferBytes", sendBufferBytes);
        requirePositive("waitingBytes", waitingBytes);
    }

    public Limits withEventBytes(int bytes) {
        return new Limits(
                bytes,
                batchBytes,
                frameBytes,
                fragments,
                namesPerConnection,
                connections,
                connectionsPerAddress,
                headerBytes,
                urlBytes,
                sendBufferBytes,
                waitingBytes);
    }

    public Limits withConnections(int count) {
        return new Limits(
                eventBytes,
                batchBytes,
                frameBytes,
                fragments,
                namesPerConnection,
                count,
                connectionsPerAddress,
                headerBytes,
                urlBytes,
                sendBufferBytes,
                waitingBytes);
    }

    /// Leaves 1,000 descriptors to everything else, but never takes less than half for connections.
    static int connectionsOf(long descriptors) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(descriptors - 1000, descriptors / 2));
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 10_000;
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
