package dev.fanfare.redis;

import dev.fanfare.spi.Waiting;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Sends a message to this node itself by way of a server, again and again: silence is noticed, and not taken for
/// peace.
///
/// It goes out over the connection for appends, and comes back over the one for news. Whichever end does
/// not
/// answer is given up, and connected anew.
///
/// Threads: `tick` is called by one thread at a time, `hear` by the thread of the connection.
final class Pulse {
    private static final Duration INTERVAL = Duration.ofMillis(1_500);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Server server;
    private final AtomicLong heard = new AtomicLong();
    private long beat;
    private long sentAt = System.nanoTime() - INTERVAL.toNanos();
    private volatile boolean answered = true;

    Pulse(Server server) {
        this.server = server;
    }

    void hear(byte[] message) {
        heard.set(Long.parseLong(new String(message, StandardCharsets.US_ASCII)));
    }

    void tick(long now) {
        StatefulRedisConnection<byte[], byte[]> connection = server.publishing().connection();
        if (server.live().isInterrupted() || server.listening().connection() == null || connection == null) {
            heard.set(beat); // what was lost on the way is not waited for
            answered = true;
            return;
        }
        if (heard.get() < beat) {
            if (now - sentAt > PATIENCE.toNanos()) {
                giveUp(connection);
            }
        } else if (now - sentAt > INTERVAL.toNanos()) {
            send(connection, now);
        }
    }

    private void send(StatefulRedisConnection<byte[], byte[]> connection, long now) {
        beat++;
        sentAt = now;
        answered = false;
        server.beat(connection, Forms.number(beat)).whenComplete((done, failure) -> {
            answered = true;
            if (failure != null && Waiting.cause(failure) instanceof RedisCommandExecutionException refused) {
                meet(refused);
            }
        });
    }

    /// A server that is no primary any more takes no writes, but would go on to answer questions.
    private void meet(RedisCommandExecutionException refused) {
        heard.set(beat);
        if (Fault.isElsewhere(refused)) {
            server.drop(String.valueOf(refused.getMessage()));
        }
    }

    private void giveUp(StatefulRedisConnection<byte[], byte[]> connection) {
        String silence = "it was silent for " + PATIENCE.toSeconds() + " s";
        heard.set(beat);
        if (!answered) {
            server.publishing().drop(connection, silence);
        }
        server.listening().drop(server.listening().connection(), silence);
    }
}
