package dev.fanfare.server;

import io.netty.buffer.ByteBuf;
import java.util.function.Function;

/// One client's connection, in whatever it is just now: asking, reading a stream, or being closed.
///
/// Threads: confined to its event loop.
interface Connection {
    /// Does what is due at `now`: a heartbeat, or the end of somebody's patience.
    ///
    /// @return when to look again; rounded up to a second, and never more than a minute away
    long check(long now);

    /// Ends it, because the hub goes away: streams are told, requests under way are answered.
    void drain();

    /// Ends it at once.
    void abort();

    /// Passes on what all streams are told; nothing to one that is no stream.
    default void tell(Function<Format, ByteBuf> notice) {}
}
