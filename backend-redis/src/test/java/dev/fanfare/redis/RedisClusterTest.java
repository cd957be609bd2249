package dev.fanfare.redis;

import dev.fanfare.contract.BackendContract;
import dev.fanfare.contract.ClusterContract;
import dev.fanfare.contract.DurableContract;
import dev.fanfare.contract.OutageContract;
import dev.fanfare.contract.Polling;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Clock;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisServer;
import java.time.Duration;

/// The contract on a real cluster of three primaries and their replicas. One of them cuts its connections; to be away,
/// all are killed.
final class RedisClusterTest extends BackendContract implements DurableContract, ClusterContract, OutageContract {
    private static final Partitions PARTITIONS = Partitions.ofCluster();

    private final RedisCluster cluster = RedisCluster.shared();
    private final StoreTime time = StoreTime.of(cluster);

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

    @Override
    public void cut() {
        cluster.primaryOf(PARTITIONS.slotOf(PARTITIONS.of(TOPIC))).cutConnections();
    }

    @Override
    public void mend() {
        // it connects again by itself
    }

    @Override
    public void stopStore() {
        cluster.servers().forEach(RedisServer::kill);
    }

    /// The servers come back one after the other; the store is back when the node has found all of them.
    @Override
    public void startStore() {
        cluster.servers().forEach(RedisServer::startAgain);
        cluster.awaitHealthy();
        Polling.until("the node", () -> node().backend().health().available());
    }
}
