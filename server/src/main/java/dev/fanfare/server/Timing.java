package dev.fanfare.server;

import java.time.Duration;

/// How long a hub waits, and how often it speaks up. Kept to the second or so: no connection has a timer of its own.
///
/// @param head until a request's headers are there
/// @param body until its body is there, given more as long as bytes keep coming
/// @param idle between two requests of a connection
/// @param heartbeat between two comments of an SSE stream
/// @param ping between two pings of a WebSocket
/// @param pong from a ping to its pong
/// @param stall without a byte taken, until a reader is closed
/// @param drain until a hub that closes cuts what is still open
/// @param retry the least that a reader which was cut off should wait before it comes back; up to twice that
public record Timing(
        Duration head,
        Duration body,
        Duration idle,
        Duration heartbeat,
        Duration ping,
        Duration pong,
        Duration stall,
        Duration drain,
        Duration retry) {
    public static final Timing DEFAULT = new Timing(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(75),
            Duration.ofSeconds(15),
            Duration.ofSeconds(25),
            Duration.ofSeconds(8),
            Duration.ofSeconds(30),
            Duration.ofSeconds(8),
            Duration.ofSeconds(2));

    public Timing {
        requirePositive("head", head);
        requirePositive("body", body);
        requirePositive("idle", idle);
        requirePositive("heartbeat", heartbeat);
        requirePositive("ping", ping);
        requirePositive("pong", pong);
        requirePositive("stall", stall);
        requirePositive("drain", drain);
        requirePositive("retry", retry);
    }

    /// Sets how often event streams and WebSockets are spoken to when there is nothing to say.
    public Timing withBeats(Duration newHeartbeat, Duration newPing) {
        return new Timing(head, body, idle, newHeartbeat, newPing, pong, stall, drain, retry);
    }

    public Timing withDrain(Duration time) {
        return new Timing(head, body, idle, heartbeat, ping, pong, stall, time, retry);
    }

    public Timing withRetry(Duration least) {
        return new Timing(head, body, idle, heartbeat, ping, pong, stall, drain, least);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
