package dev.fanfare.server;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// Brings a cursor's wake to the event loop of its reader: at first a connection, later perhaps a group.
///
/// Many publishes of one turn of the loop cause one wake, as a cursor wakes once; what they published leaves together.
///
/// Threads: `run` may be called by any; the rest is confined to the event loop.
final class Waker implements Runnable {
    private static final System.Logger LOG = System.getLogger(Waker.class.getName());

    /// Reads a cursor when it has news.
    interface Sleeper {
        void wake();

        /// Gives up: reading has failed in a way that nobody foresaw.
        void fail();
    }

    private final EventLoop loop;
    private final Runnable onLoop = this::wake;
    private @Nullable Sleeper sleeper;

    Waker(EventLoop loop) {
        this.loop = loop;
    }

    Waker(EventLoop loop, Sleeper sleeper) {
        this.loop = loop;
        this.sleeper = sleeper;
    }

    /// From now on `next` is woken.
    void pass(Sleeper next) {
        sleeper = next;
    }

    @Override
    public void run() {
        try {
            loop.execute(onLoop);
        } catch (RejectedExecutionException closed) {
            // the hub is closed, and with it all connections of this loop: nobody is left to be told
        }
    }

    private void wake() {
        Sleeper woken = sleeper;
        if (woken == null) {
            return; // nobody has begun to read
        }
        try {
            woken.wake();
        } catch (RuntimeException unforeseen) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    () -> "a stream is closed: what it reads cannot be delivered",
                    unforeseen);
            woken.fail();
        }
    }
}
