package dev.fanfare.redis;

import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/// What this node leaves on a server again and again, to find it there the next time: a server that has been emptied
/// tells nobody of it.
///
/// Each node has a mark of its own, so that none puts back what another has not missed yet. In a cluster it lies in a
/// partition, and goes where that goes: it can only be missed where it was left before.
///
/// Threads: `leave` is called by one thread at a time.
final class Mark {
    private static final SetArgs KEPT = SetArgs.Builder.px(Duration.ofHours(1));
    private static final byte[] ANY = {'1'};

    private final List<Keys> keys;
    private final String node;
    private volatile OptionalInt leftIn = OptionalInt.empty(); // a partition

    /// @param keys the names in each partition
    Mark(List<Keys> keys, String node) {
        this.keys = keys;
        this.node = node;
    }

    /// Leaves it in a partition that the server holds.
    ///
    /// @return tells whether it was missed there; fails if the server has not taken it
    CompletionStage<Boolean> leave(RedisAsyncCommands<byte[], byte[]> server, int partition) {
        OptionalInt here = OptionalInt.of(partition);
        return server.setGet(keys.get(partition).session(node), ANY, KEPT).thenApply(found -> {
            boolean expected = here.equals(leftIn);
            leftIn = here;
            return expected && found == null;
        });
    }
}
