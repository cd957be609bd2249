package dev.fanfare.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.contract.BackendContract;
import dev.fanfare.contract.ClusterContract;
import dev.fanfare.contract.DurableContract;
import dev.fanfare.contract.OutageContract;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Clock;
import dev.fanfare.testbed.RedisServer;
import java.time.Duration;

/// The contract on a real server that writes a log. Its connections are cut from its side; to be away, it is killed.
final class RedisBackendTest extends BackendContract implements DurableContract, ClusterContract, OutageContract {
    private final RedisServer server = RedisServer.shared();
    private final StoreTime time = StoreTime.of(server);

    @Override
    public Backend open() {
        return new RedisBackend(RedisAddress.parse(server.url()), StoreTime.SCRIPTS, Clock.system());
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
        return 2_000;
    }

    @Override
    public void cut() {
        server.cutConnections();
    }

    @Override
    public void mend() {
        // it connects again by itself
    }

    @Override
    public void stopStore() {
        assumeTrue(server.isOwn(), "only a server of this test's own can be killed");
        server.kill();
    }

    @Override
    public void startStore() {
        server.startAgain();
    }
}
