package dev.fanfare.postgres;

import dev.fanfare.contract.BackendContract;
import dev.fanfare.contract.ClusterContract;
import dev.fanfare.contract.DurableContract;
import dev.fanfare.contract.OutageContract;
import dev.fanfare.spi.Backend;
import dev.fanfare.testbed.PostgresServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

final class PostgresBackendTest extends BackendContract implements DurableContract, ClusterContract, OutageContract {
    private final PostgresServer server = PostgresServer.shared();
    private final Sandbox sandbox = new Sandbox(server.address());

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
        server.crash();
    }

    @Override
    public void startStore() {
        server.start();
    }

    @Override
    public int rounds() {
        return 200;
    }
}
