package dev.fanfare.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Sends a message to this node itself by way of a server, again and again: silence is noticed, and not taken for
/// peace.
///
/// It goes out over the connection for appends, and comes back over the one for news. Whichever end does not answer is
/// given up, and connected anew. While channels are being subscribed to again no message is sent: then it is their
/// confirmations that must not cease.
///
/// Threads: `tick` is called by one thread at a time, `hear` by the thread of the connection.
final class Pulse {
    private static final Duration INTERVAL = Duration.ofMillis(1_500);
    private static final Duration LONGEST_SILENCE = INTERVAL.plusSeconds(2);
    private static final String SILENCE = "it was silent for more than 3 s";

    private final Server server;
    private volatile long provenAt = System.nanoTime();
    private volatile long heard;
    private volatile boolean answered = true;
    private long beat;
    private long sentAt = provenAt - INTERVAL.toNanos();

    Pulse(Server server) {
        this.server = server;
    }

    void hear(byte[] message) {
        heard = Long.parseLong(new String(message, StandardCharsets.US_ASCII));
        provenAt = System.nanoTime();
    }

    void tick(long now) {
        StatefulRedisConnection<byte[], byte[]> connection = server.publishing().connection();
        if (server.listening().connection() == null || server.live().isInterrupted()) {
            expectNothing(now); // its silence is known
            if (server.live().isRecovering() && server.listening().isSilentFor(LONGEST_SILENCE)) {
                giveUp(connection);
            }
        } else if (now - provenAt > LONGEST_SILENCE.toNanos()) {
            expectNothing(now); // the next connection may be there before the next tick
            giveUp(connection);
        } else if (connection != null && heard == beat && now - sentAt > INTERVAL.toNanos()) {
            send(connection, now);
        }
    }

    /// The next message is waited for as long as the first.
    private void expectNothing(long now) {
        provenAt = now;
        heard = beat;
    }

    private void send(StatefulRedisConnection<byte[], byte[]> connection, long now) {
        beat++;
        sentAt = now;
        answered = false;
        server.beat(connection, Forms.number(beat)).whenComplete((done, failure) -> {
            answered = true;
            if (failure != null) {
                heard = beat; // the next is sent in time; what has been lost is not waited for
            }
        });
    }

    private void giveUp(@Nullable StatefulRedisConnection<byte[], byte[]> connection) {
        if (!answered) {
            server.publishing().drop(connection, SILENCE);
        }
        server.listening().drop(server.listening().connection(), SILENCE);
    }
}
