package dev.fanfare.postgres;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.contract.BackendContract;
import dev.fanfare.contract.ClusterContract;
import dev.fanfare.contract.DurableContract;
import dev.fanfare.contract.OutageContract;
import dev.fanfare.spi.Backend;
import dev.fanfare.testbed.PostgresServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

final class PostgresBackendTest extends BackendContract implements DurableContract, ClusterContract, OutageContract {
    private final Sandbox sandbox = new Sandbox();

    @AfterEach
    void drop() {
        sandbox.close();
    }

    @Override
    public Backend open() {
        return PostgresBackend.at(sandbox.address());
    }

    @Override
    public void elapse(Duration time) {
        sandbox.moveClock(time);
    }

    @Override
    public void setBack(Duration time) {
        sandbox.moveClock(time.negated());
    }

    @Override
    public void cut() {
        sandbox.cut("fanfare listener");
    }

    @Override
    public void mend() {
        // the node does it by itself
    }

    @Override
    public void stopStore() {
        assumeTrue(System.getenv(PostgresServer.VARIABLE) == null, "the server is another's, and is not to be stopped");
        PostgresServer.shared().crash();
    }

    @Override
    public void startStore() {
        PostgresServer.shared().start();
    }

    @Override
    public int rounds() {
        return 200;
    }
}
