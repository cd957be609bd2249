package dev.fanfare.redis;

import dev.fanfare.contract.BackendContract;
import dev.fanfare.contract.ClusterContract;
import dev.fanfare.contract.DurableContract;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Clock;
import dev.fanfare.testbed.RedisCluster;
import java.time.Duration;

/// The contract on a real cluster of three primaries and their replicas.
final class RedisClusterTest extends BackendContract implements DurableContract, ClusterContract {
    private static final Partitions PARTITIONS = Partitions.ofCluster();

    private final RedisCluster cluster = RedisCluster.shared();
    private final StoreTime time =
            StoreTime.ofCluster(PARTITIONS, partition -> cluster.primaryOf(PARTITIONS.slotOf(partition)));

    @Override
    public Backend open() {
        return new RedisBackend(RedisAddress.parse(cluster.url()), StoreTime.SCRIPTS, Clock.system());
    }

    @Override
    public void elapse(Duration span) {
        time.shift(span);
    }

    @Override
    public void setBack(Duration span) {
        time.shift(span.negated());
    }

    @Override
    public int rounds() {
        return 500;
    }
}
